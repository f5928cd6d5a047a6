namespace Ballast;

/// <summary>An operation with any number of inputs and results.</summary>
abstract class ManyOperation(ReadOnlySpan<Tensor> inputs) : Operation(null)
{
    readonly Tensor?[] inputs = inputs.ToArray();
    Tensor[] outputs = [];
    GradientSlot[] gradients = [];

    /// <inheritdoc/>
    public sealed override int Inputs => inputs.Length;

    /// <inheritdoc/>
    public sealed override int Outputs => outputs.Length;

    /// <inheritdoc/>
    public sealed override Tensor? Input(int index) => inputs[index];

    /// <inheritdoc/>
    public sealed override Tensor OutputAt(int index) => outputs[index];

    /// <inheritdoc/>
    public sealed override ref GradientSlot Gradient(int output) => ref gradients[output];

    /// <summary>The rule for the gradients of all results, each of which may be missing.</summary>
    public abstract override void RunBackward();

    /// <inheritdoc/>
    public sealed override void Backward(Values gradient) => throw new System.Diagnostics.UnreachableException();

    /// <summary>The results of the forward pass, tensors that remember this operation.</summary>
    protected Tensor[] Produce(ReadOnlySpan<Shape> shapes, ReadOnlySpan<Values> values)
    {
        outputs = new Tensor[shapes.Length];
        gradients = new GradientSlot[shapes.Length];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = new Tensor(shapes[i], values[i], values[i].Type.IsFloat() ? this : null, i); // positions have no gradient
        return [.. outputs];
    }

    /// <inheritdoc/>
    protected sealed override void ForgetInputs() => Array.Clear(inputs);
}
