namespace Ballast;

public abstract partial class Module
{
    /// <summary>A table of the module's parts: what each makes of its input, its parameters, multiply-adds, and memory; print it. The module runs on
    /// zeros, in evaluation mode and without gradients; nothing in it changes. Python: torchinfo's <c>summary</c>.</summary>
    /// <param name="inputShape">The shape of an input, the batch included.</param>
    /// <exception cref="ArgumentException">The module cannot take this shape.</exception>
    public ModuleSummary Summary(Shape inputShape) => Summary([Tensor.Zeros(inputShape)], inputs => Forward(inputs[0]));

    /// <summary>The same of a module with several inputs, or inputs that zeros are not good for.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="run">Runs the module on them.</param>
    public ModuleSummary Summary(Tensor[] inputs, Action<Tensor[]> run) => ModuleSummary.Of(this, inputs, run);

    /// <summary>How many products of two numbers, each with an addition, the module's own computation takes, without its parts': by default, of a
    /// module with a parameter <c>weight</c> of two axes or more whose first has the size of the output's channels, as many as the weight has
    /// values, for each position of the output.</summary>
    /// <param name="inputs">The inputs' shapes.</param>
    /// <param name="output">The output's shape.</param>
    protected internal virtual long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output)
    {
        var weight = parameters.Find(static part => part.Name == "weight").Value;
        if (weight is null || weight.Shape.Rank < 2 || output.Rank == 0)
            return 0;
        // The channels of a single thing lie first, those of a batch second.
        int last = output.Rank - 1, channels = weight.Shape[0];
        int axis = weight.Shape.Rank == 2 ? last : output.Rank < weight.Shape.Rank ? 0 : Math.Min(1, last);
        return output[axis] == channels ? (long)output.Length / Math.Max(1, channels) * weight.Length : 0;
    }

    /// <summary>The parameters that the module has itself, without its parts'.</summary>
    internal IEnumerable<Parameter> OwnParameters => parameters.Select(static part => part.Value);
}
