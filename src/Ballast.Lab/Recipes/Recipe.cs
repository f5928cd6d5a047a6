namespace Ballast.Lab;

/// <summary>A way of training that has a name and settles everything but the seed and what is logged: the network, how its
/// images are prepared and varied, the optimizer, the course of training, and how it is tested.</summary>
public abstract class Recipe
{
    private protected Recipe(string name, string summary, RunSettings settings) =>
        (Name, Summary, Settings) = (name, summary, settings with { Recipe = name });

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Summary { get; }

    /// <summary>The settings of its runs.</summary>
    public RunSettings Settings { get; }

    /// <summary>How often the network sees each image when it is tested.</summary>
    public abstract TestTimeAugmentation TestTimeAugmentation { get; }

    /// <summary>How images are standardized before the network sees them.</summary>
    internal abstract Standardization Standardization { get; }

    /// <summary>What is done to each training image each time.</summary>
    internal abstract IReadOnlyList<ImageTransform> Transforms(RunSettings settings);

    /// <summary>Sets what of the network follows from the images.</summary>
    /// <param name="network">The network with its initial weights.</param>
    /// <param name="images">The training images, standardized.</param>
    internal abstract void Initialize(Module network, ByteDataset images);

    /// <summary>The optimizer.</summary>
    internal abstract Optimizer MakeOptimizer(Module network, RunSettings settings);

    /// <summary>The course of training.</summary>
    /// <param name="options">What every run has.</param>
    /// <param name="network">The network.</param>
    /// <param name="stepsPerEpoch">How many mini-batches an epoch has.</param>
    internal abstract TrainerOptions Complete(TrainerOptions options, Module network, int stepsPerEpoch);
}
