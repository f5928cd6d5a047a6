namespace Ballast;

/// <summary>One application of a <see cref="Function"/>.</summary>
sealed class FunctionOperation : ManyOperation
{
    readonly Function function;
    readonly FunctionContext context;

    FunctionOperation(Function function, FunctionContext context, ReadOnlySpan<Tensor> inputs) : base(inputs)
    {
        this.function = function;
        this.context = context;
    }

    /// <summary>The forward pass.</summary>
    public static Tensor[] Run(Function function, ReadOnlySpan<Tensor> inputs)
    {
        bool records = Records(inputs);
        FunctionContext context = new(inputs, records);
        var results = function.RunForward(context, inputs);
        var shapes = new Shape[results.Length];
        var values = new Values[results.Length];
        for (int i = 0; i < results.Length; i++)
            (shapes[i], values[i]) = (results[i].Shape, results[i].Values.Hold());
        if (records)
            return new FunctionOperation(function, context, inputs).Produce(shapes, values);
        for (int i = 0; i < results.Length; i++)
            results[i] = new Tensor(shapes[i], values[i]);
        return results;
    }

    /// <summary>The rule of the function, for the gradients of all its results.</summary>
    public override void RunBackward()
    {
        var gradients = new Tensor[Outputs];
        bool any = false;
        for (int i = 0; i < gradients.Length; i++)
        {
            var taken = Gradient(i).Take();
            any |= !taken.IsEmpty;
            var shape = OutputAt(i).Shape;
            gradients[i] = taken.IsEmpty ? Tensor.Zeros(shape) : new Tensor(shape, taken);
        }

        if (!any)
            return;
        var given = function.RunBackward(context, gradients, Inputs);
        for (int i = 0; i < given.Length; i++)
        {
            var input = Input(i)!;
            if (given[i] is not { } gradient || !input.RequiresGrad)
                continue;
            if (gradient.Shape != input.Shape || !gradient.ElementType.IsFloat())
            {
                Throw.InvalidOperation(
                    $"{function.GetType().Name}.Backward: the gradient of input {i} has to be float32 {input.Shape}, "
                        + $"as the input is, got {gradient.ElementType.Name()} {gradient.Shape}. "
                        + "Where the input was repeated, its gradient is the sum over the repetitions; where it has none, return null.");
            }

            Give(input, gradient.Values.Hold());
        }

        foreach (var gradient in gradients)
            gradient.ReleaseValues();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => context.Release();
}
