// The kernels of kernels.h as operations of TensorFlow on the CPU, for `executeMultipleOutputs` of tfjs-node.
//
// Node loads this as a module after tfjs-node's binding; loading registers the operations. What changes from step to
// step comes as a tensor, never as an attribute: TensorFlow caches a kernel for every new attribute and frees none.
#include <algorithm>
#include <string>

#include "call.h"
#include "kernels.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

#include <node_api.h>

namespace thaw {
namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::TensorShape;

// An operation whose Compute is one function.
template <void (*kCompute)(Call&)>
class Simple : public OpKernel {
 public:
  explicit Simple(OpKernelConstruction* construction) : OpKernel(construction) {}
  void Compute(OpKernelContext* context) override {
    Call call(context);
    kCompute(call);
  }
};

// The same with one attribute, a float that does not change between steps.
template <void (*kCompute)(Call&, float)>
class WithFactor : public OpKernel {
 public:
  explicit WithFactor(OpKernelConstruction* construction) : OpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("factor", &factor_));
  }
  void Compute(OpKernelContext* context) override {
    Call call(context);
    kCompute(call, factor_);
  }

 private:
  float factor_;
};

#define THAW_OP(name, kernel) \
  REGISTER_KERNEL_BUILDER(Name(name).Device(tensorflow::DEVICE_CPU), kernel)

REGISTER_OP("ThawBiasGelu").Input("z: float").Input("bias: float").Output("output: float");
void ComputeBiasGelu(Call& call) {
  call.CheckMatrix(0);
  if (call.ok()) call.CheckCount(1, call.columns(0));
  float* out = call.Out(0, call.shape(0));
  if (!call.ok()) return;
  call.ShareRows(call.rows(0), call.columns(0),
                 [&](Range range) { BiasGelu(range, call.in(0), call.in(1), out); });
}
THAW_OP("ThawBiasGelu", Simple<ComputeBiasGelu>);

REGISTER_OP("ThawBiasGeluGradient")
    .Input("gradient: float")
    .Input("z: float")
    .Input("bias: float")
    .Output("by_z: float")
    .Output("by_bias: float");
void ComputeBiasGeluGradient(Call& call) {
  call.CheckMatrix(0);
  call.Check(call.shape(1) == call.shape(0), 1);
  if (call.ok()) call.CheckCount(2, call.columns(0));
  float* out = call.Out(0, call.shape(0));
  float* sums = call.Out(1, call.shape(2));
  if (!call.ok()) return;
  call.ShareRowsWithSums(call.rows(0), call.columns(0), sums, [&](Range range, float* own) {
    BiasGeluGradient(range, call.in(0), call.in(1), call.in(2), out, own);
  });
}
THAW_OP("ThawBiasGeluGradient", Simple<ComputeBiasGeluGradient>);

REGISTER_OP("ThawStandardRows").Input("x: float").Output("output: float").Output("inverse: float");
REGISTER_OP("ThawUnitRows").Input("x: float").Output("output: float").Output("inverse: float");
template <void (*kRows)(Range, const float*, float*, float*)>
void ComputeRows(Call& call) {
  call.CheckMatrix(0);
  float* out = call.Out(0, call.shape(0));
  float* inverse = call.ok() ? call.Out(1, TensorShape({call.rows(0), 1})) : nullptr;
  if (!call.ok()) return;
  call.ShareRows(call.rows(0), call.columns(0), [&](Range range) { kRows(range, call.in(0), out, inverse); });
}
THAW_OP("ThawStandardRows", Simple<ComputeRows<StandardRows>>);
THAW_OP("ThawUnitRows", Simple<ComputeRows<UnitRows>>);

REGISTER_OP("ThawStandardRowsGradient")
    .Input("gradient: float")
    .Input("output: float")
    .Input("inverse: float")
    .Input("added: float")
    .Output("by_x: float");
void ComputeStandardRowsGradient(Call& call) {
  call.CheckMatrix(0);
  for (const int i : {1, 3}) call.Check(call.shape(i) == call.shape(0), i);
  if (call.ok()) call.CheckCount(2, call.rows(0));
  float* out = call.Out(0, call.shape(0));
  if (!call.ok()) return;
  call.ShareRows(call.rows(0), call.columns(0), [&](Range range) {
    StandardRowsGradient(range, call.in(0), call.in(1), call.in(2), call.in(3), out);
  });
}
THAW_OP("ThawStandardRowsGradient", Simple<ComputeStandardRowsGradient>);

REGISTER_OP("ThawUnitRowsGradient")
    .Input("gradient: float")
    .Input("output: float")
    .Input("inverse: float")
    .Output("by_x: float");
void ComputeUnitRowsGradient(Call& call) {
  call.CheckMatrix(0);
  call.Check(call.shape(1) == call.shape(0), 1);
  if (call.ok()) call.CheckCount(2, call.rows(0));
  float* out = call.Out(0, call.shape(0));
  if (!call.ok()) return;
  call.ShareRows(call.rows(0), call.columns(0),
                 [&](Range range) { UnitRowsGradient(range, call.in(0), call.in(1), call.in(2), out); });
}
THAW_OP("ThawUnitRowsGradient", Simple<ComputeUnitRowsGradient>);

// Dropout's factors of Skip: a matrix as the others, or an empty tensor where nothing is dropped.
const float* FactorsOf(Call& call, int i) {
  const bool is_none = call.shape(i).num_elements() == 0;
  call.Check(is_none || call.shape(i) == call.shape(0), i);
  return is_none ? nullptr : call.in(i);
}

REGISTER_OP("ThawSkip")
    .Attr("factor: float")
    .Input("x: float")
    .Input("y: float")
    .Input("bias: float")
    .Input("factors: float")
    .Output("output: float")
    .Output("inverse: float");
void ComputeSkip(Call& call, float beta) {
  call.CheckMatrix(0);
  call.Check(call.shape(1) == call.shape(0), 1);
  if (call.ok()) call.CheckCount(2, call.columns(0));
  const float* factors = FactorsOf(call, 3);
  float* out = call.Out(0, call.shape(0));
  float* inverse = call.ok() ? call.Out(1, TensorShape({call.rows(0), 1})) : nullptr;
  if (!call.ok()) return;
  call.ShareRows(call.rows(0), call.columns(0), [&](Range range) {
    Skip(range, beta, call.in(0), call.in(1), call.in(2), factors, out, inverse);
  });
}
THAW_OP("ThawSkip", WithFactor<ComputeSkip>);

REGISTER_OP("ThawSkipGradient")
    .Attr("factor: float")
    .Input("gradient: float")
    .Input("y: float")
    .Input("bias: float")
    .Input("factors: float")
    .Input("inverse: float")
    .Output("by_y: float")
    .Output("by_bias: float");
void ComputeSkipGradient(Call& call, float beta) {
  call.CheckMatrix(0);
  call.Check(call.shape(1) == call.shape(0), 1);
  if (call.ok()) call.CheckCount(2, call.columns(0));
  if (call.ok()) call.CheckCount(4, call.rows(0));
  const float* factors = FactorsOf(call, 3);
  float* out = call.Out(0, call.shape(0));
  float* sums = call.Out(1, call.shape(2));
  if (!call.ok()) return;
  call.ShareRowsWithSums(call.rows(0), call.columns(0), sums, [&](Range range, float* own) {
    SkipGradient(range, beta, call.in(0), call.in(1), call.in(2), factors, call.in(4), out, own);
  });
}
THAW_OP("ThawSkipGradient", WithFactor<ComputeSkipGradient>);

REGISTER_OP("ThawFold")
    .Input("gain: float")
    .Input("shift: float")
    .Input("weight: float")
    .Input("bias: float")
    .Output("folded: float")
    .Output("folded_bias: float");
void ComputeFold(Call& call) {
  call.CheckMatrix(2);
  for (const int i : {0, 1}) {
    if (call.ok()) call.CheckCount(i, call.rows(2));
  }
  if (call.ok()) call.CheckCount(3, call.columns(2));
  float* out = call.Out(0, call.shape(2));
  float* sums = call.Out(1, call.shape(3));
  if (!call.ok()) return;
  call.ShareRowsWithSums(call.rows(2), call.columns(2), sums, [&](Range range, float* own) {
    Fold(range, call.in(0), call.in(1), call.in(2), out, own);
  });
  for (int64_t i = 0; i < call.columns(2); i++) sums[i] += call.in(3)[i];
}
THAW_OP("ThawFold", Simple<ComputeFold>);

REGISTER_OP("ThawUnfold")
    .Input("gain: float")
    .Input("shift: float")
    .Input("weight: float")
    .Input("by_folded: float")
    .Input("by_folded_bias: float")
    .Output("by_gain: float")
    .Output("by_shift: float")
    .Output("by_weight: float");
void ComputeUnfold(Call& call) {
  call.CheckMatrix(2);
  call.Check(call.shape(3) == call.shape(2), 3);
  for (const int i : {0, 1}) {
    if (call.ok()) call.CheckCount(i, call.rows(2));
  }
  if (call.ok()) call.CheckCount(4, call.columns(2));
  float* by_gain = call.Out(0, call.shape(0));
  float* by_shift = call.Out(1, call.shape(1));
  float* by_weight = call.Out(2, call.shape(2));
  if (!call.ok()) return;
  call.ShareRows(call.rows(2), call.columns(2), [&](Range range) {
    Unfold(range, call.in(0), call.in(1), call.in(2), call.in(3), call.in(4), by_gain, by_shift, by_weight);
  });
}
THAW_OP("ThawUnfold", Simple<ComputeUnfold>);

REGISTER_OP("ThawContrastive")
    .Attr("factor: float")
    .Input("dots: float")
    .Input("starts: int32")
    .Input("columns: int32")
    .Output("losses: float")
    .Output("slopes: float");
void ComputeContrastive(Call& call, float temperature) {
  call.CheckMatrix(0);
  if (!call.ok()) return;
  const int64_t rows = call.rows(0), columns = call.columns(0), excluded = call.shape(2).num_elements();
  call.Check(columns == 2 * rows, 0);
  call.CheckCount(1, rows + 1);
  if (!call.ok()) return;
  const Excluded lists{call.ints(1), call.ints(2)};
  call.Check(lists.starts[0] == 0 && lists.starts[rows] == excluded, 1);
  call.Check(std::is_sorted(lists.starts, lists.starts + rows + 1), 1);
  call.Check(std::all_of(lists.columns, lists.columns + excluded, [=](int i) { return i >= 0 && i < columns; }), 2);
  float* losses = call.Out(0, TensorShape({rows}));
  float* slopes = call.Out(1, call.shape(0));
  if (!call.ok()) return;
  call.ShareRows(rows, columns, [&](Range range) {
    Contrastive(range, rows, temperature, call.in(0), lists, losses, slopes);
  });
}
THAW_OP("ThawContrastive", WithFactor<ComputeContrastive>);

// `all` with `lower` added to its last rows.
REGISTER_OP("ThawAddBelow").Input("all: float").Input("lower: float").Output("sum: float");
void ComputeAddBelow(Call& call) {
  call.CheckMatrix(0);
  call.CheckMatrix(1);
  if (call.ok()) call.Check(call.rows(1) <= call.rows(0) && call.columns(1) == call.columns(0), 1);
  float* out = call.Out(0, call.shape(0));
  if (!call.ok()) return;
  const float *all = call.in(0), *lower = call.in(1);
  const int64_t count = call.shape(0).num_elements(), above = count - call.shape(1).num_elements();
  call.Share(count, kTaskElements, [&](int64_t begin, int64_t end) {
    const int64_t middle = std::clamp(above, begin, end);
    std::copy(all + begin, all + middle, out + begin);
    for (int64_t i = middle; i < end; i++) out[i] = all[i] + lower[i - above];
  });
}
THAW_OP("ThawAddBelow", Simple<ComputeAddBelow>);

REGISTER_OP("ThawAdamW")
    .Input("parameter: float")
    .Input("first: float")
    .Input("second: float")
    .Input("gradient: float")
    .Input("step: float")
    .Output("parameter_out: float")
    .Output("first_out: float")
    .Output("second_out: float");
void ComputeAdamW(Call& call) {
  for (const int i : {1, 2, 3}) call.Check(call.shape(i) == call.shape(0), i);
  call.CheckCount(4, 3);
  float* out[3];
  for (const int i : {0, 1, 2}) out[i] = call.Out(i, call.shape(0));
  if (!call.ok()) return;
  const AdamW step{call.in(4)[0], call.in(4)[1], call.in(4)[2]};
  call.Share(call.shape(0).num_elements(), kTaskElements, [&](int64_t begin, int64_t end) {
    AdamWStep(begin, end, step, call.in(3), call.in(0), call.in(1), call.in(2), out[0], out[1], out[2]);
  });
}
THAW_OP("ThawAdamW", Simple<ComputeAdamW>);

// The factors of a matrix [rows, columns]; `draw` is [state, rows, columns, limit], as 32-bit integers.
REGISTER_OP("ThawDropoutFactors").Input("draw: int32").Output("factors: float");
void ComputeDropoutFactors(Call& call) {
  call.CheckCount(0, 4);
  if (!call.ok()) return;
  const int32_t* draw = call.ints(0);
  float* out = call.Out(0, TensorShape({draw[1], draw[2]}));
  if (!call.ok()) return;
  const uint32_t state = draw[0], limit = draw[3];
  call.Share(int64_t{draw[1]} * draw[2], kTaskElements,
             [&](int64_t begin, int64_t end) { DropoutFactors(begin, end, state, limit, out); });
}
THAW_OP("ThawDropoutFactors", Simple<ComputeDropoutFactors>);

}  // namespace
}  // namespace thaw

extern "C" NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  if (const char* missing = thaw::MissingInstructions()) {
    napi_throw_error(env, nullptr, (std::string("compiled for a processor with ") + missing).c_str());
    return exports;
  }
  // Of the operations and what they take: to be raised here and in src/fused-kernels.ts with every change.
  constexpr int32_t kVersion = 1;
  napi_value version;
  if (napi_create_int32(env, kVersion, &version) == napi_ok) {
    napi_set_named_property(env, exports, "version", version);
  }
  return exports;
}
