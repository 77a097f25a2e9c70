// The kernels of kernels.h as operations of TensorFlow on the CPU, for `executeMultipleOutputs` of tfjs-node.
//
// Node loads this as a module after tfjs-node's binding; loading registers the operations. What changes from step to
// step comes as a tensor, never as an attribute: TensorFlow caches a kernel for every new attribute and frees none.
#include <algorithm>
#include <string>

#include "kernels.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/lib/core/threadpool.h"

#include <node_api.h>

namespace thaw {
namespace {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::errors::InvalidArgument;
using tensorflow::thread::ThreadPool;

// Elements of a task. Sums over rows are added up task by task in their order, so tasks must not depend on how many
// threads there are: the same seed gives the same run.
constexpr int64_t kTaskElements = 64 * 1024;

// One run of an operation: checked inputs, allocated outputs, and TensorFlow's own threads.
class Call {
 public:
  explicit Call(OpKernelContext* context) : context_(context) {}

  bool ok() const { return context_->status().ok(); }
  const float* in(int i) const { return context_->input(i).flat<float>().data(); }
  const int32_t* ints(int i) const { return context_->input(i).flat<int32_t>().data(); }
  const TensorShape& shape(int i) const { return context_->input(i).shape(); }
  int64_t rows(int i) const { return shape(i).dim_size(0); }
  int64_t columns(int i) const { return shape(i).dim_size(1); }

  void Check(bool is_right, int i) {
    if (is_right || !ok()) return;
    context_->CtxFailure(InvalidArgument(context_->op_kernel().type_string(), ": input ", i, " has the shape ",
                                         shape(i).DebugString()));
  }
  void CheckMatrix(int i) { Check(shape(i).dims() == 2 && shape(i).num_elements() > 0, i); }
  void CheckCount(int i, int64_t elements) { Check(shape(i).num_elements() == elements, i); }

  float* Out(int i, const TensorShape& shape) {
    Tensor* output = nullptr;
    if (!ok()) return nullptr;
    const auto status = context_->allocate_output(i, shape, &output);
    if (!status.ok()) {
      context_->CtxFailure(status);
      return nullptr;
    }
    return output->flat<float>().data();
  }

  // Calls work(begin, end) for ranges that cover [0, count), tasks of `each`, on all threads.
  template <typename Work>
  void Share(int64_t count, int64_t each, const Work& work) {
    if (count <= each) return work(0, count);
    auto* threads = context_->device()->tensorflow_cpu_worker_threads()->workers;
    const ThreadPool::SchedulingParams tasks(ThreadPool::SchedulingStrategy::kFixedBlockSize, std::nullopt, each);
    threads->ParallelFor(count, tasks, work);
  }

  template <typename Work>
  void ShareRows(int64_t rows, int64_t columns, const Work& work) {
    Share(rows, RowsOfTask(columns), [&](int64_t begin, int64_t end) { work(Range{begin, end, columns}); });
  }

  // As ShareRows, with work(range, sums): sums[columns] is zeros to add to, and their total goes to `totals`.
  template <typename Work>
  void ShareRowsWithSums(int64_t rows, int64_t columns, float* totals, const Work& work) {
    const int64_t each = RowsOfTask(columns);
    const int64_t tasks = (rows + each - 1) / each;
    Tensor partial;
    const auto status = context_->allocate_temp(tensorflow::DT_FLOAT, TensorShape({tasks, columns}), &partial);
    if (!status.ok()) return context_->CtxFailure(status);
    float* sums = partial.flat<float>().data();
    ShareRows(rows, columns, [&](Range range) {
      float* own = sums + range.begin / each * columns;
      std::fill_n(own, columns, 0.f);
      work(range, own);
    });
    for (int64_t task = 0; task < tasks; task++) {
      for (int64_t i = 0; i < columns; i++) totals[i] = (task == 0 ? 0.f : totals[i]) + sums[task * columns + i];
    }
  }

 private:
  static int64_t RowsOfTask(int64_t columns) { return std::max<int64_t>(1, kTaskElements / columns); }

  OpKernelContext* context_;
};

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
  }
  return exports;
}
