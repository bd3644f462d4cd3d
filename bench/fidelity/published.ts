/**
 * What dattri publishes for MNIST-10: Deng et al., "dattri: A Library for Efficient Data Attribution", NeurIPS 2024, arXiv 2410.04555,
 * section 4; read off the chart in its README (github.com/TRAIS-Lab/dattri, assets/images/benchmark-result-mnist.png at ef50a35), to
 * about 0.01.
 */
export type Figures = { readonly loo: number | null; readonly lds: number | null }

export const PUBLISHED: Readonly<Record<'LR' | 'MLP', Readonly<Record<string, Figures>>>> = {
  LR: {
    'exact influence': { loo: 0.88, lds: 0.8 },
    TracIn: { loo: 0.28, lds: 0.33 },
    'gradient dot': { loo: 0.28, lds: 0.33 },
    'gradient cosine': { loo: 0.16, lds: 0.19 },
    'TRAK, 1 checkpoint': { loo: 0.48, lds: 0.42 },
    'TRAK, 10 checkpoints': { loo: 0.74, lds: 0.64 },
  },
  MLP: {
    // By conjugate gradients: the explicit inverse did not fit.
    'exact influence': { loo: 0.02, lds: 0.26 },
    TracIn: { loo: 0, lds: 0.15 },
    'gradient dot': { loo: 0, lds: 0.1 },
    'gradient cosine': { loo: 0.01, lds: 0.12 },
    'TRAK, 1 checkpoint': { loo: 0.01, lds: 0.11 },
    'TRAK, 10 checkpoints': { loo: 0.02, lds: 0.33 },
  },
}
