namespace Ballast;

/// <summary>A network that takes a whole batch: one with several inputs, or several outputs. <see cref="Trainer"/>, <see cref="Evaluation"/>,
/// <see cref="Prediction"/> and <see cref="PreciseStatistics"/> call this in place of <see cref="Module.Forward(Tensor)"/>.</summary>
/// <remarks>
/// <code>
/// sealed class Siamese : Module, IBatchModule
/// {
///     readonly Sequential branch;
///
///     public Siamese() => branch = Register("branch", new Sequential(new Linear(8, 4), new ReLU()));
///
///     public override Tensor Forward(Tensor input) => branch.Forward(input);
///
///     public TensorList Forward(Batch batch) =>
///         (Forward(batch.AllInputs["left"]) - Forward(batch.AllInputs["right"])).Norm(axes: [1]);
/// }
/// </code>
/// </remarks>
public interface IBatchModule
{
    /// <summary>The outputs for a batch: one, or several as <c>[mean, logVariance]</c>.</summary>
    TensorList Forward(Batch batch);
}

/// <summary>How a batch goes through a network.</summary>
static class BatchForward
{
    /// <summary>The outputs for a batch.</summary>
    /// <exception cref="ArgumentException">Several inputs, for a network that takes one.</exception>
    public static TensorList Run(Module model, Batch batch)
    {
        if (model is IBatchModule own)
            return own.Forward(batch);
        Throw.Unless(batch.AllInputs.Count == 1,
            $"{model.GetType().Name}: the samples have {batch.AllInputs.Count} inputs, {batch.AllInputs}, and this network takes one. "
                + $"Implement IBatchModule, whose Forward is given the batch.");
        return model.Forward(batch.Inputs);
    }
}
