namespace Ballast.Lab;

/// <summary>What only recipes ask for.</summary>
/// <param name="CutLast">The share of the last epoch that is left out.</param>
/// <param name="NormBiasFactor">How many times the learning rate the shifts of batch normalizations have. Their weight decay is as
/// much smaller, so that they are pulled to 0 as strongly as all else.</param>
/// <param name="LookaheadEvery">After how many mini-batches the slow weights of <see cref="Lookahead"/> follow; 0 for none.</param>
/// <param name="LookaheadDecay">How much of them stays at the end of the run; before that it grows with the cube of the steps.</param>
/// <param name="WhiteningEpochs">For how many epochs the bias of <see cref="AirBench"/>'s first layer learns, whose kernels are made
/// of the first <paramref name="WhiteningImages"/> training images; 0 for networks without such a layer.</param>
/// <param name="WhiteningImages">See there.</param>
/// <param name="TestTimeAugmentation">How often the network sees each image when it is tested.</param>
public sealed record RecipeMethods(
    double CutLast = 0,
    float NormBiasFactor = 1,
    int LookaheadEvery = 0,
    double LookaheadDecay = 0,
    int WhiteningEpochs = 0,
    int WhiteningImages = 0,
    TestTimeAugmentation TestTimeAugmentation = TestTimeAugmentation.None)
{
    /// <summary>Nothing of all this.</summary>
    public static RecipeMethods None { get; } = new();

    /// <summary>How many mini-batches a run has.</summary>
    internal long Steps(int epochs, int stepsPerEpoch) =>
        (long)Math.Ceiling(Math.Round(stepsPerEpoch * (epochs - CutLast), 6));

    /// <summary>Makes the kernels of the first layer, where it whitens.</summary>
    /// <exception cref="ArgumentException">Another network.</exception>
    internal void Initialize(Module network, ByteDataset images)
    {
        if (WhiteningEpochs == 0)
            return;
        int count = Math.Min(WhiteningImages, images.Count), size = images.SampleShape.Length;
        float[] values = new float[count * size];
        for (int i = 0; i < count; i++)
            images.Read(i, values.AsSpan(i * size, size));
        Whitened(network).Whiten(Tensor.From(values, images.SampleShape.Batched(count)));
    }

    /// <summary>Parameters in two groups where the shifts of normalizations have a rate of their own.</summary>
    internal IReadOnlyList<ParameterGroup> Groups(Module network, RunSettings settings)
    {
        Parameter[] shifts =
        [
            .. network.NamedModules().Select(static part => part.Module).OfType<BatchNorm>()
                .Select(static norm => norm.Bias).OfType<Parameter>(),
        ];
        return
        [
            new ParameterGroup(shifts)
            {
                LearningRate = NormBiasFactor * settings.LearningRate, WeightDecay = (settings.WeightDecay ?? 0) / NormBiasFactor,
            },
            new ParameterGroup(network.Parameters().Except(shifts)),
        ];
    }

    /// <summary>The trainer's options with all of this.</summary>
    internal TrainerOptions Complete(TrainerOptions options, Module network, int stepsPerEpoch)
    {
        long steps = Steps(options.Epochs, stepsPerEpoch);
        options = options with { Steps = CutLast > 0 ? steps : null };
        if (LookaheadEvery > 0)
        {
            options = options with
            {
                Average = new Lookahead(network, step => LookaheadDecay * Math.Pow((double)step / steps, 3), LookaheadEvery),
            };
        }

        if (WhiteningEpochs == 0)
            return options;
        var (bias, tell) = (Whitened(network).WhitenBias, options.OnEpochStart);
        return options with
        {
            OnEpochStart = epoch =>
            {
                bias.Frozen = epoch > WhiteningEpochs;
                tell?.Invoke(epoch);
            },
        };
    }

    static AirBench Whitened(Module network) => network as AirBench
        ?? throw new ArgumentException(
            $"The recipe's first layer whitens the images, and {network.GetType().Name} has none that does. Leave the network to the recipe.");
}
