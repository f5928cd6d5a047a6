using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Winograd
{
    static void Patches<S, V>(
        in ConvolutionShape shape, in WinogradTiles tiles, in ImagePrologue x, int start, int count, float* to, nint plane, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (x.IsPlain)
            Patches<Identity, S, V>(shape, tiles, x, start, count, to, plane, work);
        else if (x.HasRelu)
            Patches<NormalizedRelu, S, V>(shape, tiles, x, start, count, to, plane, work);
        else
            Patches<Normalized, S, V>(shape, tiles, x, start, count, to, plane, work);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Patches<M, S, V>(
        in ConvolutionShape shape, in WinogradTiles tiles, in ImagePrologue x, int start, int count, float* to, nint plane, float* work)
        where M : struct, IPrologue
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint pitch = (nint)shape.W * shape.C;
        int inputs = PatchChannels(shape), whole = shape.C / S.Width * S.Width, run;
        for (int i = 0; i < count; i += run, to += (nint)run * inputs)
        {
            var (image, top, left) = tiles.Locate(start + i);
            run = tiles.Run(start + i, count - i);
            top -= shape.PadH;
            left -= shape.PadW;
            float* corner = x.Pixels + ((nint)image * shape.H + top) * pitch + (nint)left * shape.C;
            var rows = (Math.Max(0, -top), Math.Min(6, shape.H - top));
            var columns = (Math.Max(0, -left), shape.W - left);
            WinogradTransforms.Patches<M, AllLanes, S, V>(
                corner, pitch, shape.C, 0, whole, inputs, rows, columns, run, x.Table, to, plane, work);
            WinogradTransforms.Patches<M, SomeLanes, S, V>(
                corner, pitch, shape.C, whole, inputs, inputs, rows, columns, run, x.Table, to, plane, work);
        }
    }
}
