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
            float* kernel = stackalloc float[9 * S.Width];
            for (int part = first; part < last; part++)
            {
                int k = part * S.Width, panel = k / (2 * S.Width) * 2 * S.Width, width = Panels.Width<S, V>(K - panel);
                float* to = To + (nint)panel * Inputs + (k - panel);
                for (int c = 0; c < Inputs; c++, to += width)
                {
                    float* from = W + c * StrideC + k * StrideK;
                    int lanes = c < C ? Math.Min(S.Width, K - k) : 0;
                    if (lanes < S.Width)
                        new Span<float>(kernel, 9 * S.Width).Clear();
                    for (int lane = 0; lane < lanes; lane++, from += StrideK)
                    {
                        for (int tap = 0; tap < 9; tap++)
                            kernel[tap * S.Width + lane] = from[Flip ? 8 - tap : tap];
                    }

                    WinogradTransforms.Weights<S, V>(kernel, to, Plane, work);
                }
            }
        }
    }
}
