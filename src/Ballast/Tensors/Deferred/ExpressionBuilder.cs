using Ballast.Kernels;

namespace Ballast;

/// <summary>What an expression reads: memory from an offset on, held, or a single value.</summary>
readonly record struct ExpressionInput(Buffer? Memory, int Offset, float Constant);

/// <summary>Gathers the operands and steps of a <see cref="DeferredExpression"/>.</summary>
ref struct ExpressionBuilder(Shape shape)
{
    bool hasOrder;

    /// <summary>The order in memory of the result and of all operands.</summary>
    public Layout Order { get; private set; } = Layout.RowMajor(shape);

    /// <summary>What is read, each with a hold on its memory.</summary>
    public readonly List<ExpressionInput> Inputs { get; } = [];

    /// <summary>The steps.</summary>
    public readonly List<BlockStep> Steps { get; } = [];

    /// <summary>Adds a tensor as an operand, or the steps that it stands for; false where neither fits.</summary>
    public bool TryAdd(Tensor x, out int operand)
    {
        operand = 0;
        if (x.Length == 1 && shape.Length > 1)
        {
            operand = Add(new ExpressionInput(null, 0, x.Read()[0]));
            return true;
        }

        if (x.Shape != shape)
            return false;
        if (x.Waiting is { } waiting && waiting.TryJoin(ref this, out operand))
            return true;
        var values = x.Operand;
        var order = Layout.Dense(shape, values.Layout);
        if (!values.Layout.IsDense || values.Type != ElementType.Float32 || !Takes(order, 1, 1))
            return false;
        values.Hold();
        operand = Add(new ExpressionInput(values.Memory, values.Layout.Offset, 0), isHeld: true);
        return true;
    }

    /// <summary>Whether operands in an order, so many of them, and so many steps fit; their order is the result's then.</summary>
    public bool Takes(in Layout order, int inputs, int steps)
    {
        // One step more is to come.
        if (Inputs.Count + inputs > BlockProgram.MaxOperands || Steps.Count + steps >= BlockProgram.MaxSteps
            || (hasOrder && !order.Equals(Order)) || order.Shape != shape)
        {
            return false;
        }

        Order = order;
        hasOrder = true;
        return true;
    }

    /// <summary>Adds an operand that is not there yet, with a hold on its memory, and gives its number.</summary>
    public readonly int Add(in ExpressionInput input, bool isHeld = false)
    {
        // Constants are not compared: 0 and -0 are equal.
        int at = input.Memory is null ? -1 : Inputs.IndexOf(input);
        if (at < 0)
        {
            if (!isHeld)
                input.Memory?.Hold();
            Inputs.Add(input);
            return Inputs.Count - 1;
        }

        if (isHeld)
            input.Memory?.Release();
        return at;
    }
}
