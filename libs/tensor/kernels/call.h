// What every operation does around its kernel: checks of shapes, outputs, and sharing rows among TensorFlow's threads.
#ifndef THAW_TENSOR_CALL_H_
#define THAW_TENSOR_CALL_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "kernels.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/lib/core/threadpool.h"

namespace thaw {

namespace tf = ::tensorflow;

// Elements of a task. Sums over rows are added up task by task in their order, so tasks must not depend on how many
// threads there are: the same seed gives the same run.
constexpr int64_t kTaskElements = 64 * 1024;

// One run of an operation: checked inputs, allocated outputs, and TensorFlow's own threads.
class Call {
 public:
  explicit Call(tf::OpKernelContext* context) : context_(context) {}

  bool ok() const { return context_->status().ok(); }
  const float* in(int i) const { return context_->input(i).flat<float>().data(); }
  const int32_t* ints(int i) const { return context_->input(i).flat<int32_t>().data(); }
  const tf::TensorShape& shape(int i) const { return context_->input(i).shape(); }
  int64_t rows(int i) const { return shape(i).dim_size(0); }
  int64_t columns(int i) const { return shape(i).dim_size(1); }

  void Check(bool is_right, int i) {
    if (is_right || !ok()) return;
    context_->CtxFailure(tf::errors::InvalidArgument(context_->op_kernel().type_string(), ": input ", i,
                                                     " has the shape ", shape(i).DebugString()));
  }
  void CheckMatrix(int i) { Check(shape(i).dims() == 2 && shape(i).num_elements() > 0, i); }
  void CheckCount(int i, int64_t elements) { Check(shape(i).num_elements() == elements, i); }

  float* Out(int i, const tf::TensorShape& shape) {
    tf::Tensor* output = nullptr;
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
    using tf::thread::ThreadPool;
    auto* threads = context_->device()->tensorflow_cpu_worker_threads()->workers;
    const ThreadPool::SchedulingParams tasks(ThreadPool::SchedulingStrategy::kFixedBlockSize, std::nullopt, each);
    // A lone thread is handed all at once.
    threads->ParallelFor(count, tasks, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; at += each) work(at, std::min(at + each, end));
    });
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
    tf::Tensor partial;
    const auto status = context_->allocate_temp(tf::DT_FLOAT, tf::TensorShape({tasks, columns}), &partial);
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

  tf::OpKernelContext* context_;
};

}  // namespace thaw

#endif  // THAW_TENSOR_CALL_H_
