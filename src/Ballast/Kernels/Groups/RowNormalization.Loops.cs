using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

// A register holds neighbouring columns.
static unsafe partial class RowNormalization
{
    // Values whose sum stays in float.
    const int Piece = 4096;

    // Rows that share a pass over gamma and the sums of the columns.
    const int Block = 4;

    // The last register overlaps the one before it; rows shorter than a register go by narrower ones.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Columns<S, V>(float* x, float* y, int length, in RowMoments moments, float* gamma, float* beta)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (length < S.Width)
        {
            if (S.Width > Simd128.Width)
                Columns<Simd128, Vector128<float>>(x, y, length, moments, gamma, beta);
            else if (length > 0)
                Columns<SimdScalar, float>(x, y, length, moments, gamma, beta);
            return;
        }

        var row = new Row<S, V>(moments);
        int i = 0, end = length - S.Width;
        V last = row.Normalized(x + end); // before a result lies where it was
        for (; i <= end; i += S.Width)
            S.Store(y + i, S.Fma(row.Normalized(x + i), S.Load(gamma + i), S.Load(beta + i)));
        if (i < length)
            S.Store(y + end, S.Fma(last, S.Load(gamma + end), S.Load(beta + end)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ColumnGradients<S, V>(in BackwardWork work, int part)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var layout = work.Layout;
        int samples = PartSamples(layout.N), start = part * samples, end = Math.Min(layout.N, start + samples);
        float* sums = work.Sums + (nint)part * 2 * layout.C;
        new Span<float>(sums, 2 * layout.C).Clear();
        for (int group = 0; group < layout.Groups; group++)
        {
            int column = group * layout.Channels;
            for (int n = start; n < end; n += Block)
                BlockGradients<S, V>(work, n, Math.Min(Block, end - n), group, sums + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void BlockGradients<S, V>(in BackwardWork work, int sample, int count, int group, float* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var layout = work.Layout;
        int length = layout.Channels;
        nint start = (nint)sample * layout.C + group * length;
        float* gamma = work.Affine + group * length;
        RowMoments* moments = work.Moments + (nint)sample * layout.Groups + group;
        RowGradient* gradients = stackalloc RowGradient[Block];
        for (int row = 0; row < count; row++)
        {
            nint offset = start + (nint)row * layout.C;
            var own = moments[row * layout.Groups];
            double sum = 0, product = 0;
            for (int from = 0; from < length; from += Piece)
                AddProducts<S, V>(work.X + offset, work.G + offset, from, Math.Min(from + Piece, length), gamma, own, ref sum, ref product);

            gradients[row] = new RowGradient(own, sum, product, length, work.Centered);
        }

        int ended = Rows<S, V>(work, start, 0, count, gamma, moments, gradients, sums);
        if (S.Width > Simd128.Width && length - ended >= Simd128.Width)
            ended = Rows<Simd128, Vector128<float>>(work, start, ended, count, gamma, moments, gradients, sums);
        if (ended < length)
            Rows<SimdScalar, float>(work, start, ended, count, gamma, moments, gradients, sums);
    }

    // The sums of g gamma and of g gamma h.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddProducts<S, V>(
        float* x, float* g, int i, int length, float* gamma, in RowMoments moments, ref double sum, ref double product)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        var row = new Row<S, V>(moments);
        V a0 = S.Broadcast(0), a1 = a0, b0 = a0, b1 = a0;
        for (; i <= length - 2 * w; i += 2 * w)
        {
            V g0 = S.Multiply(S.Load(g + i), S.Load(gamma + i)), g1 = S.Multiply(S.Load(g + i + w), S.Load(gamma + i + w));
            a0 = S.Add(a0, g0);
            b0 = S.Fma(g0, row.Normalized(x + i), b0);
            a1 = S.Add(a1, g1);
            b1 = S.Fma(g1, row.Normalized(x + i + w), b1);
        }

        for (; i <= length - w; i += w)
        {
            V g0 = S.Multiply(S.Load(g + i), S.Load(gamma + i));
            a0 = S.Add(a0, g0);
            b0 = S.Fma(g0, row.Normalized(x + i), b0);
        }

        if (i < length)
        {
            V mask = S.First(length - i), g1 = S.Multiply(S.LoadSome(g + i, mask), S.LoadSome(gamma + i, mask));
            a1 = S.Add(a1, g1);
            b1 = S.Fma(g1, row.Normalized(S.LoadSome(x + i, mask)), b1);
        }

        sum += S.Sum(S.Add(a0, a1));
        product += S.Sum(S.Add(b0, b1));
    }

    // Down the rows of a block: what the columns of gamma and beta gather, and the gradient of the values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Rows<S, V>(
        in BackwardWork work, nint start, int i, int count, float* gamma, RowMoments* moments, RowGradient* gradients,
        float* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var layout = work.Layout;
        float* x = work.X + start, g = work.G + start, dx = work.Dx + start;
        if (count == Block)
            return FourRows<S, V>(x, g, dx, i, layout, gamma, moments, gradients, sums);
        int end = i;
        for (int row = 0; row < count; row++)
        {
            nint offset = (nint)row * layout.C;
            end = OneRow<S, V>(x + offset, g + offset, dx + offset, i, layout, gamma, moments[row * layout.Groups],
                gradients[row], sums);
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int OneRow<S, V>(
        float* x, float* g, float* dx, int i, RowLayout layout, float* gamma, in RowMoments moments,
        in RowGradient gradient, float* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var row = new Row<S, V>(moments, gradient);
        float* shifts = sums + layout.C;
        for (; i <= layout.Channels - S.Width; i += S.Width)
        {
            V scale = S.Load(sums + i), shift = S.Load(shifts + i);
            row.Back(x + i, g + i, dx + i, S.Load(gamma + i), ref scale, ref shift);
            S.Store(sums + i, scale);
            S.Store(shifts + i, shift);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FourRows<S, V>(
        float* x, float* g, float* dx, int i, RowLayout layout, float* gamma, RowMoments* moments,
        RowGradient* gradients, float* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint stride = layout.C;
        int groups = layout.Groups;
        var row0 = new Row<S, V>(moments[0], gradients[0]);
        var row1 = new Row<S, V>(moments[groups], gradients[1]);
        var row2 = new Row<S, V>(moments[2 * groups], gradients[2]);
        var row3 = new Row<S, V>(moments[3 * groups], gradients[3]);
        float* shifts = sums + stride;
        for (; i <= layout.Channels - S.Width; i += S.Width)
        {
            V weight = S.Load(gamma + i), scale = S.Load(sums + i), shift = S.Load(shifts + i);
            row0.Back(x + i, g + i, dx + i, weight, ref scale, ref shift);
            row1.Back(x + i + stride, g + i + stride, dx + i + stride, weight, ref scale, ref shift);
            row2.Back(x + i + 2 * stride, g + i + 2 * stride, dx + i + 2 * stride, weight, ref scale, ref shift);
            row3.Back(x + i + 3 * stride, g + i + 3 * stride, dx + i + 3 * stride, weight, ref scale, ref shift);
            S.Store(sums + i, scale);
            S.Store(shifts + i, shift);
        }

        return i;
    }

    // A row's constants, each in all lanes.
    readonly struct Row<S, V>
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        readonly V center, inverse, rest, slope, offset;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Row(in RowMoments moments, in RowGradient gradient = default)
        {
            center = S.Broadcast(moments.Center);
            inverse = S.Broadcast(moments.InverseDeviation);
            rest = S.Broadcast(-moments.Rest * moments.InverseDeviation);
            slope = S.Broadcast(gradient.Slope);
            offset = S.Broadcast(gradient.Offset);
        }

        /// <summary>h = (x - mean) / sqrt(variance + eps).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Normalized(float* x) => Normalized(S.Load(x));

        /// <summary>The same of values in a register.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Normalized(V x) => S.Fma(S.Subtract(x, center), inverse, rest);

        /// <summary>Adds g h and g to the sums of the column, and writes the gradient of x.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Back(float* x, float* g, float* dx, V gamma, ref V scale, ref V shift)
        {
            V h = Normalized(x), gradient = S.Load(g);
            scale = S.Fma(gradient, h, scale);
            shift = S.Add(shift, gradient);
            S.Store(dx, S.Fma(S.Multiply(gradient, gamma), inverse, S.Fma(h, slope, offset)));
        }
    }
}
