namespace Ballast;

/// <summary>Adapts a network while it is tested: for each batch it predicts, and then takes a step that makes the predictions
/// surer, by the gradient of their entropy (<see cref="EntropyLoss"/>). Only gamma and beta of the batch normalizations are
/// learned, and those normalize with the statistics of the batch; no label is read. Wang et al. 2021, "Tent: fully test-time
/// adaptation by entropy minimization".</summary>
/// <remarks>
/// <para>What the network was stays untouched but for the adapted gammas and betas: all other parameters are frozen, running
/// statistics are neither used nor changed, and dropout is off. <see cref="Reset"/> goes back to the source network;
/// <see cref="Dispose"/> does too, and hands it back with the frozen parameters it came with. The network's own mode is never
/// changed: it is <see cref="Forward"/> that runs in evaluation mode, with the statistics of the batch.</para>
/// <para>Batches should be drawn at random, and not be small: with one class in a batch the surest prediction is that all are of
/// that class.</para>
/// </remarks>
public sealed class Tent : IDisposable
{
    /// <summary>The learning rate of <see cref="Adam"/> that the paper uses for CIFAR-10.</summary>
    public const double DefaultLearningRate = 1e-3;

    readonly Module model;
    readonly Func<IEnumerable<Parameter>, Optimizer> makeOptimizer;
    readonly List<Parameter> adapted = [];
    readonly List<float[]> source = [];
    readonly List<(Parameter Parameter, bool Frozen)> frozen = [];
    readonly IRunningStatistics[] layers;
    readonly EntropyLoss entropy = new();
    Optimizer optimizer;
    bool ended;

    /// <summary>Makes a network ready to be adapted.</summary>
    /// <param name="model">A classifier with batch normalizations that have gamma and beta.</param>
    /// <param name="optimizer">Makes the optimizer of the gammas and betas; null for <see cref="Adam"/> at
    /// <see cref="DefaultLearningRate"/>. (The paper takes SGD with momentum 0.9 at 0.00025 for ImageNet.)</param>
    /// <param name="steps">How many steps each batch gives.</param>
    /// <param name="episodic">Whether each batch begins from the source network; otherwise what was learned is kept from
    /// batch to batch.</param>
    /// <exception cref="ArgumentException">No batch normalization with gamma and beta, or fewer than 1 step.</exception>
    public Tent(
        Module model, Func<IEnumerable<Parameter>, Optimizer>? optimizer = null, int steps = 1, bool episodic = false)
    {
        Throw.Unless(steps > 0, $"Tent: expected at least 1 step for each batch, got {steps}.");
        this.model = model;
        makeOptimizer = optimizer ?? (static parameters => new Adam(parameters, DefaultLearningRate));
        Steps = steps;
        Episodic = episodic;
        layers = [.. StatisticsPass.Layers(model).Select(static entry => entry.Layer)];
        foreach (var layer in layers)
        {
            foreach (var parameter in new[] { layer.Weight, layer.Bias })
            {
                if (parameter is not null && !adapted.Contains(parameter))
                    adapted.Add(parameter);
            }
        }

        Throw.Unless(adapted.Count > 0,
            $"Tent: {model.Title} has no batch normalization with gamma and beta. There is nothing to adapt.");
        source.AddRange(adapted.Select(static parameter => parameter.ToArray()));
        this.optimizer = makeOptimizer(adapted);
        frozen.AddRange(model.Parameters().Select(static parameter => (parameter, parameter.Frozen)));
        foreach (var (parameter, _) in frozen)
            parameter.Frozen = !adapted.Contains(parameter);
    }

    /// <summary>How many steps each batch gives.</summary>
    public int Steps { get; }

    /// <summary>Whether each batch begins from the source network.</summary>
    public bool Episodic { get; }

    /// <summary>The gammas and betas that are adapted.</summary>
    public IReadOnlyList<Parameter> Adapted => adapted;

    /// <summary>Predicts a batch and adapts to it. The logits are those from before the (last) step: online, as in the paper's
    /// algorithm, the step serves the batches to come.</summary>
    /// <param name="inputs">A batch of samples.</param>
    /// <returns>Logits [N, C].</returns>
    /// <exception cref="ArgumentException">Samples that do not fit the network, or a batch too small to have a variance.
    /// </exception>
    /// <exception cref="InvalidOperationException">Under <see cref="Tensor.NoGrad"/>, or after <see cref="Dispose"/>.
    /// </exception>
    public Tensor Forward(Tensor inputs)
    {
        if (ended)
            Throw.InvalidOperation("Tent.Forward: the network was handed back by Dispose. Make another Tent of it.");
        if (!Tensor.Recording)
            Throw.InvalidOperation("Tent.Forward: gradients are off on this thread (Tensor.NoGrad), and adapting needs them.");
        using var evaluating = ModeScope.Evaluate();
        using var observing = Observation.Begin(layers);
        if (Episodic)
            Reset();
        for (int step = 1; ; step++)
        {
            optimizer.ZeroGrad();
            var outputs = model.Forward(inputs);
            var kept = outputs.Detach();
            entropy.Forward(outputs).Backward();
            optimizer.Step();
            if (step == Steps)
                return kept;
        }
    }

    /// <summary>Puts the gammas and betas back to what they were, and the optimizer to its start.</summary>
    public void Reset()
    {
        for (int i = 0; i < adapted.Count; i++)
            adapted[i].CopyFrom(source[i]);
        optimizer.ZeroGrad();
        optimizer = makeOptimizer(adapted);
    }

    /// <summary>Hands the network back as it was.</summary>
    public void Dispose()
    {
        if (ended)
            return;
        ended = true;
        Reset();
        foreach (var (parameter, was) in frozen)
            parameter.Frozen = was;
    }
}
