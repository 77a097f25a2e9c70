// Arithmetic of the training step that TensorFlow has no fused kernel for, on ranges of rows that threads share.
//
// All matrices are float32, row-major, of `columns` columns; a range is [begin, end) of rows. Nothing here knows of
// TensorFlow: kernels.cc and dropout.cc are compiled for the machine's own vector instructions, tensorflow_ops.cc is
// not, so that no inline function of TensorFlow's is compiled twice for different processors.
#ifndef THAW_TENSOR_KERNELS_H_
#define THAW_TENSOR_KERNELS_H_

#include <cstdint>

namespace thaw {

struct Range {
  int64_t begin, end, columns;
};

// The instructions that the kernels were compiled for and this processor lacks, or null.
const char* MissingInstructions();

// out = GELU(z + bias), exact (Hendrycks, Gimpel 2016): x Phi(x), to 4e-7.
void BiasGelu(Range, const float* z, const float* bias, float* out);
// out = gradient * GELU'(z + bias); sums[columns] gets out's columns added.
void BiasGeluGradient(Range, const float* gradient, const float* z, const float* bias, float* out, float* sums);

// LayerNorm without gain and shift: out = (x - mean) * inverse, inverse[row] = 1 / sqrt(variance + 1e-5).
void StandardRows(Range, const float* x, float* out, float* inverse);
// out = added + the gradient by x.
void StandardRowsGradient(Range, const float* gradient, const float* output, const float* inverse, const float* added,
                          float* out);

// out = x / |x|, inverse[row] = 1 / |x|; a row of zeros stays one.
void UnitRows(Range, const float* x, float* out, float* inverse);
void UnitRowsGradient(Range, const float* gradient, const float* output, const float* inverse, float* out);

// k = (y + bias) * factors; out = x + beta * k / |k|, inverse[row] = 1 / |k|. No factors: all 1.
void Skip(Range, float beta, const float* x, const float* y, const float* bias, const float* factors, float* out,
          float* inverse);
// out = the gradient by y; sums[columns] gets out's columns added: the gradient by bias.
void SkipGradient(Range, float beta, const float* gradient, const float* y, const float* bias, const float* factors,
                  const float* inverse, float* out, float* sums);

// The LayerNorm's gain and shift [rows] folded into the product after it: out = gain * weight by row, and
// sums[columns] gets shift * weight added.
void Fold(Range, const float* gain, const float* shift, const float* weight, float* out, float* sums);
// Back: from the gradients by the folded weight and bias those by gain, shift and weight.
void Unfold(Range, const float* gain, const float* shift, const float* weight, const float* by_folded,
            const float* by_bias, float* by_gain, float* by_shift, float* by_weight);

// The softmax loss of rows of dot products [rows, 2 rows] with its slopes. An edge's own product is at the diagonal; of
// columns[starts[row]] to columns[starts[row + 1]] the row is no negative. losses[row] = -log of the softmax there of
// dots / temperature; slopes = the gradient of the mean of the losses of all `rows` by the dots.
struct Excluded {
  const int32_t *starts, *columns;
};
void Contrastive(Range, int64_t rows, float temperature, const float* dots, Excluded, float* losses, float* slopes);

struct AdamW {
  // What a step multiplies the parameter by; the step's length; what keeps the division finite.
  float decay, stride, epsilon;
};
// One step on elements [begin, end), with the moments held undivided: sums of 0.9^i g and 0.999^i g^2.
void AdamWStep(int64_t begin, int64_t end, AdamW, const float* gradient, const float* parameter, const float* first,
               const float* second, float* parameter_out, float* first_out, float* second_out);

// Dropout factors of elements [begin, end), begin even, of the xorshift32 stream of `state`: two elements a draw, low
// half first; 0 where the half is under `limit`, else what keeps the mean at 1. As SeededStream.dropoutFactors of
// @thaw/waml, bit by bit.
void DropoutFactors(int64_t begin, int64_t end, uint32_t state, uint32_t limit, float* out);

}  // namespace thaw

#endif  // THAW_TENSOR_KERNELS_H_
