using Ballast.Kernels;

namespace Ballast;

/// <summary>An element-wise expression that is computed in one pass when it is first read, where no gradient is recorded: what lies
/// between its steps never exists in memory. Bits are those of the operations one after another.</summary>
/// <remarks>Operands are dense, of the result's shape and in one order, or single values. An expression is part of at most one other: whoever
/// asks next finds it computed, so that no step is computed more than twice.</remarks>
sealed unsafe class DeferredExpression : Deferred
{
    // Shorter results stay in the first-level cache anyway.
    const int Shortest = 1 << 14;

    readonly Layout order;
    readonly ExpressionInput[] inputs;
    readonly BlockStep[] steps;
    bool joined, settled;

    DeferredExpression(in ExpressionBuilder builder)
    {
        order = builder.Order;
        inputs = [.. builder.Inputs];
        steps = [.. builder.Steps];
    }

    /// <summary>The number of steps.</summary>
    public int Steps => steps.Length;

    /// <summary>F(x, y) as an expression; null where it is to be computed at once, or where what an operand will be can do better.</summary>
    public static Deferred? Zip<F>(Tensor x, Tensor y, Shape shape)
        where F : struct, IBinary
    {
        if (IsOff || shape.Length < Shortest || WaitsForMore(x) || WaitsForMore(y))
            return null;
        var builder = new ExpressionBuilder(shape);
        return TryAdd(ref builder, x, out int left) && TryAdd(ref builder, y, out int right)
            ? Finish(builder, new BlockStep(BinaryBlock<F>.Instance, left, right)) : Drop(builder);
    }

    /// <summary>f(x) as an expression; null where it is to be computed at once, or where what the operand will be can do better.</summary>
    public static Deferred? Map(Pointwise f, Tensor x)
    {
        if (IsOff || x.Length < Shortest || WaitsForMore(x))
            return null;
        var builder = new ExpressionBuilder(x.Shape);
        return TryAdd(ref builder, x, out int operand)
            ? Finish(builder, new BlockStep(new UnaryBlock(f), operand, operand)) : Drop(builder);
    }

    // A convolution, a normalization or a residual sum that nobody has read takes functions and sums itself.
    static bool WaitsForMore(Tensor x) =>
        x.Waiting is { IsExpression: false, Order.Length: > 0 } waiting && !waiting.TryOperand(x.Shape, out _);

    // Adds a tensor as an operand, or the steps that it stands for; false where neither fits.
    static bool TryAdd(ref ExpressionBuilder builder, Tensor x, out int operand)
    {
        operand = 0;
        var shape = builder.Shape;
        if (x.Length == 1 && shape.Length > 1)
        {
            operand = builder.Add(new ExpressionInput(null, 0, x.Read()[0]));
            return true;
        }

        if (x.Shape != shape)
            return false;
        if (x.Waiting is { } waiting && waiting.TryJoin(ref builder, out operand))
            return true;
        var values = x.Operand;
        var order = Layout.Dense(shape, values.Layout);
        if (!values.Layout.IsDense || values.Type != ElementType.Float32 || !builder.Takes(order, 1, 1))
            return false;
        values.Hold();
        operand = builder.Add(new ExpressionInput(values.Memory, values.Layout.Offset, 0), isHeld: true);
        return true;
    }

    static DeferredExpression Finish(ExpressionBuilder builder, in BlockStep last)
    {
        builder.Steps.Add(last);
        return new DeferredExpression(builder);
    }

    static Deferred? Drop(in ExpressionBuilder builder)
    {
        foreach (var input in builder.Inputs)
            input.Memory?.Release();
        return null;
    }

    /// <inheritdoc/>
    public override bool IsExpression => true;

    /// <inheritdoc/>
    public override bool TryJoin(ref ExpressionBuilder builder, out int result)
    {
        lock (this)
        {
            result = 0;
            if (joined || settled || !builder.Takes(order, inputs.Length, steps.Length))
                return false;
            joined = true;
            Span<int> places = stackalloc int[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
                places[i] = builder.Add(inputs[i]);
            int before = builder.Steps.Count;
            foreach (var step in steps)
                builder.Steps.Add(new BlockStep(step.Function, Moved(step.Left, places, before), Moved(step.Right, places, before)));
            result = ~(builder.Steps.Count - 1);
            return true;
        }
    }

    static int Moved(int operand, ReadOnlySpan<int> places, int before) => operand < 0 ? ~(~operand + before) : places[operand];

    Operand ComputeInOrder()
    {
        lock (this)
        {
            settled = true;
            int length = order.Shape.Length;
            var result = Buffer.Rent(length);
            float** operands = stackalloc float*[inputs.Length];
            int* strides = stackalloc int[inputs.Length];
            float* constants = stackalloc float[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                constants[i] = inputs[i].Constant;
                operands[i] = constants + i;
                strides[i] = 0;
                if (inputs[i].Memory is not { } memory)
                    continue;
                // Buffers never move: the address outlives the fixed statement.
                fixed (float* address = memory.Span(inputs[i].Offset, length))
                    operands[i] = address;
                strides[i] = 1;
            }

            fixed (float* to = result.Span(length))
                BlockProgram.Run(steps, operands, strides, to, length);
            return new Operand(result, order);
        }
    }

    /// <inheritdoc/>
    public override Values Settle(Shape shape)
    {
        var computed = ComputeInOrder();
        if (computed.Layout.TryReshape(shape, out var layout))
            return computed.With(layout).ToValues();
        var rows = Loops.RowMajor(computed);
        computed.Release();
        return new Values(rows);
    }

    /// <inheritdoc/>
    public override Buffer Compute(int length)
    {
        var computed = ComputeInOrder();
        if (computed.Layout.IsRowMajor)
            return computed.Memory;
        var rows = Loops.RowMajor(computed);
        computed.Release();
        return rows;
    }

    /// <inheritdoc/>
    public override void Write(Span<float> destination)
    {
        var rows = Compute(destination.Length);
        rows.Span(destination.Length).CopyTo(destination);
        rows.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        foreach (var input in inputs)
            input.Memory?.Release();
    }
}
