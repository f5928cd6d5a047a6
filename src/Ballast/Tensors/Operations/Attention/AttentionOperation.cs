using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>softmax(scale Q K^T + mask) V for Q [..., T, D], K [..., S, D] and V [..., S, E], which is computed by blocks: no [T, S] is written.
/// </summary>
sealed unsafe class AttentionOperation : Operation
{
    readonly Operand q, k, v, mask, y;
    readonly Buffer logSums;
    readonly AttentionShape shape;

    AttentionOperation(
        Tensor query, Tensor? key, Tensor? value, in Operand q, in Operand k, in Operand v, in Operand mask, in Operand y, Buffer logSums,
        AttentionShape shape) : base(query, key, value)
    {
        (this.q, this.k, this.v, this.y) = (q.Hold(), k.Hold(), v.Hold(), y.Hold());
        this.mask = mask.Memory is null ? mask : mask.Hold();
        this.logSums = logSums.Hold();
        this.shape = shape;
    }

    /// <summary>The forward pass, for axes in front that are the same.</summary>
    /// <param name="query">[..., T, D].</param>
    /// <param name="key">[..., S, D].</param>
    /// <param name="value">[..., S, E].</param>
    /// <param name="mask">What is added to the products, [..., T, S], without a gradient; null for nothing.</param>
    /// <param name="scale">The factor of the products.</param>
    /// <param name="causal">Whether a query sees keys up to its own row alone.</param>
    public static Tensor Run(Tensor query, Tensor key, Tensor value, Tensor? mask, double scale, bool causal)
    {
        if (Backend.Current is { } other)
            return other.Apply("attention", [query, key, value, mask], ("scale", scale), ("causal", causal));
        return Run(query, key, value, Ready(query), Ready(key), Ready(value), mask, scale, causal);
    }

    /// <summary>The same of queries, keys and values side by side in one tensor, whose gradient is written as a whole: [N, heads, T, D].</summary>
    /// <param name="all">[N, T, 3 heads D], or [T, N, 3 heads D].</param>
    /// <param name="heads">How many heads there are.</param>
    /// <param name="batchFirst">Whether samples come before steps.</param>
    /// <param name="mask">[N, heads, T, T]: what is added to the products; null for nothing.</param>
    /// <param name="scale">The factor of the products.</param>
    public static Tensor RunTogether(Tensor all, int heads, bool batchFirst, Tensor? mask, double scale)
    {
        var buffer = all.PinnedBuffer;
        var layout = Layout.RowMajor([all.Shape[0], all.Shape[1], 3, heads, all.Shape[2] / 3 / heads]);
        Operand Part(int part) => new Operand(buffer, layout.Select(2, part).Permute(batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3])).Hold();
        return Run(all, null, null, Part(0), Part(1), Part(2), mask, scale, causal: false);
    }

    static Tensor Run(
        Tensor first, Tensor? second, Tensor? third, in Operand q, in Operand k, in Operand v, Tensor? mask, double scale, bool causal)
    {
        int rank = q.Shape.Rank, batches = 1;
        for (int axis = 0; axis < rank - 2; axis++)
            batches *= q.Shape[axis];
        AttentionShape shape = new(batches, q.Shape[^2], k.Shape[^2], q.Shape[^1], v.Shape[^1], (float)scale, causal);
        var added = mask is null ? default : Ready(mask);
        Operand y = new(Buffer.Rent(batches * shape.Queries * shape.ValueDepth), ResultLayout(q.Shape.WithLast(shape.ValueDepth), q.Layout));
        var logSums = Buffer.Rent(batches * shape.Queries);
        fixed (nint* ofQ = Offsets(q), ofK = Offsets(k), ofV = Offsets(v), ofY = Offsets(y), ofMask = mask is null ? [0] : Offsets(added))
        {
            new AttentionForward
            {
                Shape = shape,
                Q = Rows(q, ofQ),
                K = Rows(k, ofK),
                V = Rows(v, ofV),
                Y = Rows(y, ofY),
                Mask = mask is null ? default : Rows(added, ofMask),
                LogSums = At(logSums),
            }.Run();
        }

        var outShape = y.Shape;
        var result = Tensor.Recording && (first.RequiresGrad || second is { RequiresGrad: true } || third is { RequiresGrad: true })
            ? new AttentionOperation(first, second, third, q, k, v, added, y, logSums, shape).Produce(outShape, y.ToValues())
            : new Tensor(outShape, y.ToValues());
        q.Release();
        k.Release();
        v.Release();
        added.Memory?.Release();
        logSums.Release();
        return result;
    }

    /// <summary>The gradients of all three, from the softmax computed once more.</summary>
    public override void Backward(Values gradient)
    {
        var incoming = gradient.ToOperand(Output.Shape);
        var g = Ready(incoming);
        incoming.Release();
        var all = Second is null ? Buffer.Rent(First!.Length) : null;
        Operand dq = all is null ? Like(q) : new(all, q.Layout), dk = all is null ? Like(k) : new(all, k.Layout);
        Operand dv = all is null ? Like(v) : new(all, v.Layout);
        fixed (nint* ofQ = Offsets(q), ofK = Offsets(k), ofV = Offsets(v), ofY = Offsets(y), ofG = Offsets(g),
            ofDQ = Offsets(dq), ofDK = Offsets(dk), ofDV = Offsets(dv), ofMask = mask.Memory is null ? [0] : Offsets(mask))
        {
            new AttentionBackward
            {
                Shape = shape,
                Q = Rows(q, ofQ),
                K = Rows(k, ofK),
                V = Rows(v, ofV),
                Y = Rows(y, ofY),
                G = Rows(g, ofG),
                DQ = Rows(dq, ofDQ),
                DK = Rows(dk, ofDK),
                DV = Rows(dv, ofDV),
                Mask = mask.Memory is null ? default : Rows(mask, ofMask),
                LogSums = At(logSums),
            }.Run();
        }

        g.Release();
        if (all is not null)
        {
            Give(First!, new Values(all));
            return;
        }

        Give(First!, dq.ToValues());
        Give(Second!, dk.ToValues());
        Give(Third!, dv.ToValues());
    }

    // Values whose columns lie side by side, with a hold of the caller's own.
    static Operand Ready(Tensor x) => Ready(x.Operand);

    static Operand Ready(in Operand x)
    {
        x.RequireFloat32();
        var layout = x.Layout;
        bool fits = x.Memory.IsPinned && (x.Shape[^1] == 1 || layout.Stride(x.Shape.Rank - 1) == 1);
        if (fits)
            return x.Hold();
        int length = x.Shape.Length;
        var copy = Loops.RowMajor(x);
        if (copy.IsPinned)
            return new Operand(copy, Layout.RowMajor(x.Shape));
        var pinned = Buffer.Rent(length);
        copy.Span(length).CopyTo(pinned.Span(length));
        copy.Release();
        return new Operand(pinned, Layout.RowMajor(x.Shape));
    }

    // The order of another layout, if its columns lie side by side.
    static Layout ResultLayout(Shape shape, in Layout like)
    {
        var order = Layout.Dense(shape, like);
        return shape[^1] == 1 || order.Stride(shape.Rank - 1) == 1 ? order : Layout.RowMajor(shape);
    }

    static Operand Like(in Operand x) => new(Buffer.Rent(x.Shape.Length), ResultLayout(x.Shape, x.Layout));

    // Where each matrix begins.
    static nint[] Offsets(in Operand x)
    {
        var layout = x.Layout;
        int rank = layout.Shape.Rank, count = 1;
        for (int axis = 0; axis < rank - 2; axis++)
            count *= layout.Shape[axis];
        nint[] offsets = new nint[Math.Max(1, count)];
        for (int matrix = 0; matrix < count; matrix++)
        {
            nint offset = layout.Offset;
            for (int axis = rank - 3, left = matrix; axis >= 0; axis--)
            {
                (left, int position) = Math.DivRem(left, layout.Shape[axis]);
                offset += (nint)position * layout.Stride(axis);
            }

            offsets[matrix] = offset;
        }

        return offsets;
    }

    static MatrixRows Rows(in Operand x, nint* offsets) => new(At(x.Memory), offsets, x.Layout.Stride(x.Shape.Rank - 2));

    static float* At(Buffer buffer) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span(buffer.Capacity)));

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        q.Release();
        k.Release();
        v.Release();
        mask.Memory?.Release();
        y.Release();
        logSums.Release();
    }
}
