using Ballast.Kernels;

namespace Ballast;

/// <summary>What an expression reads: memory from an offset on, held, or a single value.</summary>
readonly record struct ExpressionInput(Buffer? Memory, int Offset, float Constant);

/// <summary>Gathers the operands and steps of an element-wise expression.</summary>
ref struct ExpressionBuilder(Shape shape)
{
    bool hasOrder;

    /// <summary>The shape of the result.</summary>
    public Shape Shape => shape;

    /// <summary>The order in memory of the result and of all operands.</summary>
    public Layout Order { get; private set; } = Layout.RowMajor(shape);

    /// <summary>What is read, each with a hold on its memory.</summary>
    public readonly List<ExpressionInput> Inputs { get; } = [];

    /// <summary>The steps.</summary>
    public readonly List<BlockStep> Steps { get; } = [];

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
