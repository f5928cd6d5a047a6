namespace Ballast;

/// <summary>Operation of one's own: a computation on tensors with its gradient. PyTorch: <c>torch.autograd.Function</c>.</summary>
/// <remarks>
/// <see cref="Forward"/> computes with tensors, spans or foreign code and saves what the gradient needs by
/// <see cref="FunctionContext.Save"/>; <see cref="Backward"/> gives the gradient of each input. Neither is recorded. One object can be
/// applied any number of times, also by several threads: what belongs to one application is in its <see cref="FunctionContext"/>.
/// <code>
/// sealed class Cube : Function
/// {
///     protected override Tensor[] Forward(FunctionContext context, ReadOnlySpan&lt;Tensor&gt; inputs)
///     {
///         context.Save(inputs[0]);
///         return [inputs[0] * inputs[0] * inputs[0]];
///     }
///
///     protected override Tensor?[] Backward(FunctionContext context, ReadOnlySpan&lt;Tensor&gt; gradients) =>
///         [gradients[0] * 3f * context.Saved(0) * context.Saved(0)];
/// }
/// </code>
/// </remarks>
public abstract class Function
{
    /// <summary>The forward pass.</summary>
    /// <param name="context">Keeps what the backward pass needs.</param>
    /// <param name="inputs">The inputs, as they were given to <see cref="Apply"/>.</param>
    /// <returns>The results, at least one.</returns>
    protected abstract Tensor[] Forward(FunctionContext context, ReadOnlySpan<Tensor> inputs);

    /// <summary>The backward pass.</summary>
    /// <param name="context">What the forward pass has saved.</param>
    /// <param name="gradients">The gradient of each result, of the result's shape; zeros for one that nothing was computed from.</param>
    /// <returns>The gradient of each input, of the input's shape; null for one that has none.</returns>
    protected abstract Tensor?[] Backward(FunctionContext context, ReadOnlySpan<Tensor> gradients);

    /// <summary>Applies the function, which <see cref="Tensor.Backward()"/> then goes back through.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Forward"/> returned nothing, or a tensor whose values were handed back.
    /// </exception>
    public Tensor[] Apply(params ReadOnlySpan<Tensor> inputs) => FunctionOperation.Run(this, inputs);

    internal Tensor[] RunForward(FunctionContext context, ReadOnlySpan<Tensor> inputs)
    {
        using var scope = Tensor.NoGrad();
        var results = Forward(context, inputs);
        if (results is null || results.Length == 0 || Array.IndexOf(results, null) >= 0)
        {
            Throw.InvalidOperation(
                $"{GetType().Name}.Forward: expected at least one result and none that is null. Return the tensors that it computes.");
        }

        return results;
    }

    internal Tensor?[] RunBackward(FunctionContext context, ReadOnlySpan<Tensor> gradients, int inputs)
    {
        using var scope = Tensor.NoGrad();
        var given = Backward(context, gradients);
        if (given is null || given.Length != inputs)
        {
            Throw.InvalidOperation(
                $"{GetType().Name}.Backward: expected a gradient for each of the {inputs} inputs, got {given?.Length ?? 0}. "
                    + "Return null for an input that has none.");
        }

        return given;
    }
}
