using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Winograd
{
    /// <summary>How many floats <see cref="Prepare"/> writes.</summary>
    public static int PreparedLength(in ConvolutionShape shape) => (int)(Planes * Plane(shape));

    /// <summary>Transforms the weight for the forward pass.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="to">Takes the transforms.</param>
    public static void Prepare(in ConvolutionShape shape, float* w, float* to) =>
        Transform(shape, w, 9, (nint)shape.C * 9, flip: false, to);

    static nint Plane(in ConvolutionShape shape) => (nint)PatchChannels(shape) * ResultChannels(shape) + PlanePadding;

    static void Transform(in ConvolutionShape shape, float* w, nint strideC, nint strideK, bool flip, float* to) =>
        Workers.Run(
            new TransformWork
            {
                W = w,
                To = to,
                C = shape.C,
                K = shape.K,
                Inputs = PatchChannels(shape),
                StrideC = strideC,
                StrideK = strideK,
                Flip = flip,
                Plane = Plane(shape),
            },
            ResultChannels(shape) / Panels.Lanes);

    // Kernels of a register of columns for all inputs, with zeros where there is no channel: [36][panel][inputs][width].
    struct TransformWork : IWork, IWideWork
    {
        const int MostInputs = 16;

        public float* W, To;
        public int C, K, Inputs;
        public nint StrideC, StrideK, Plane;
        public bool Flip;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* work = stackalloc float[18 * S.Width];
            float* kernels = stackalloc float[MostInputs * 9 * S.Width];
            float* kernel = Flip ? kernels + 8 * S.Width : kernels;
            // Kernels that follow one another are turned over together.
            int most = StrideC == 9 ? MostInputs : 1, step = Flip ? -S.Width : S.Width;
            for (int part = first; part < last; part++)
            {
                int k = part * S.Width, panel = k / (2 * S.Width) * 2 * S.Width, width = Panels.Width<S, V>(K - panel);
                int lanes = Math.Min(S.Width, K - k);
                float* to = To + (nint)panel * Inputs + (k - panel);
                new Span<float>(kernels, MostInputs * 9 * S.Width).Clear();
                for (int start = 0, count; start < C; start += count)
                {
                    count = Math.Min(most, C - start);
                    FourByFour.TurnColumns(W + start * StrideC + k * StrideK, StrideK, lanes, 9 * count, kernels, S.Width);
                    for (int c = 0; c < count; c++, to += width)
                        WinogradTransforms.Weights<S, V>(kernel + c * 9 * S.Width, step, to, Plane, work);
                }

                new Span<float>(kernels, 9 * S.Width).Clear();
                for (int c = C; c < Inputs; c++, to += width)
                    WinogradTransforms.Weights<S, V>(kernel, step, to, Plane, work);
            }
        }
    }
}
