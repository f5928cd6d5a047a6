using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class DirectConvolution
{
    // Rows of the input that some rows of the result see.
    static int Reach(in ConvolutionShape shape, int rows) => (rows - 1) * shape.StrideH + (shape.KernelH - 1) * shape.DilationH + 1;

    // The plane of the input, counted over all images, that the first plane of the kernel lies on for a plane of the result.
    static int FirstPlane(in ConvolutionShape shape, int plane) =>
        plane / shape.OutD * shape.D + plane % shape.OutD * shape.StrideD - shape.PadD;

    // Copies what the kernel sees of rows of a plane of the result, for each plane of the kernel a slab.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Fill<S, V>(in ConvolutionShape shape, in ImagePrologue x, int plane, int top, int rows, float* to, nint pitch)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int image = plane / shape.OutD, front = plane % shape.OutD * shape.StrideD - shape.PadD;
        for (int a = 0; a < shape.KernelD; a++, to += pitch)
        {
            var slab = new Slab(to, rows, shape.W + 2 * shape.PadW, shape.C);
            int depth = front + a * shape.DilationD;
            if ((uint)depth < (uint)shape.D)
                slab.Fill<S, V>(x, image * shape.D + depth, shape.H, shape.W, top * shape.StrideH - shape.PadH, -shape.PadW);
            else
                slab.Clear();
        }
    }
}
