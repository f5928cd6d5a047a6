namespace Ballast.Lab;

/// <summary>What training does besides going through the data with an optimizer: all of it off where nothing is said.</summary>
/// <param name="Loss">Which loss.</param>
/// <param name="LabelSmoothing">The share of the target that is spread over all classes; of the cross entropy only.</param>
/// <param name="ClassWeights">How much each class counts; of the cross entropy only.</param>
/// <param name="Schedule">How the learning rate changes: a <see cref="ScheduleText"/>; null where it stays.</param>
/// <param name="WarmUp">In how many mini-batches the learning rate climbs at the beginning.</param>
/// <param name="ClipNorm">The largest norm of all gradients together.</param>
/// <param name="ClipValue">The largest value of a gradient.</param>
/// <param name="SkipNonFinite">Whether a step whose gradient is not finite is left out, and not the end.</param>
/// <param name="EmaDecay">How much an exponential moving average of the weights keeps each time; null for no average.</param>
/// <param name="EmaEvery">After how many mini-batches the weights are taken in.</param>
/// <param name="EmaWarmUp">Whether the first averages keep less.</param>
/// <param name="SwaFrom">The first epoch whose last weights are averaged; null for no average.</param>
/// <param name="NoDecayNorms">Whether scales and shifts of normalizations and biases are kept from weight decay.</param>
/// <param name="BiasLearningRateFactor">How many times the learning rate biases and shifts have.</param>
/// <param name="Crop">By how many pixels images are padded before a piece of their size is cut out; 0 for none.</param>
/// <param name="CropPadding">What stands around them.</param>
/// <param name="Flip">How images are mirrored.</param>
/// <param name="Cutout">The side of the square that is cut out of images; 0 for none.</param>
/// <param name="Scale">How channels are standardized; null for values from 0 to 1.</param>
/// <param name="Prefetch">How many batches are prepared ahead.</param>
/// <param name="Validation">The share of the training data that is held back to look at after each epoch.</param>
/// <param name="Monitor">What is better there.</param>
/// <param name="Patience">After how many epochs without a better one training stops; null for never.</param>
/// <param name="MinDelta">By how much an epoch must be better.</param>
/// <param name="KeepBest">Whether the weights of the best epoch are kept in <c>best.safetensors</c>.</param>
public sealed record RunMethods(
    LossKind Loss = LossKind.CrossEntropy,
    float LabelSmoothing = 0,
    IReadOnlyList<float>? ClassWeights = null,
    string? Schedule = null,
    int WarmUp = 0,
    double? ClipNorm = null,
    float? ClipValue = null,
    bool SkipNonFinite = false,
    double? EmaDecay = null,
    int EmaEvery = 1,
    bool EmaWarmUp = false,
    int? SwaFrom = null,
    bool NoDecayNorms = false,
    float BiasLearningRateFactor = 1,
    int Crop = 0,
    PaddingMode CropPadding = PaddingMode.Zeros,
    FlipKind Flip = FlipKind.None,
    int Cutout = 0,
    ChannelScale? Scale = null,
    int Prefetch = 0,
    double Validation = 0,
    ValidationMetric Monitor = ValidationMetric.Loss,
    int? Patience = null,
    double MinDelta = 0,
    bool KeepBest = false)
{
    /// <summary>What only recipes ask for; null for nothing.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public RecipeMethods? Special { get; init; }

    /// <summary>Whether the share that is held back has each class in its proportion.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stratified { get; init; }

    /// <summary>Nothing of all this.</summary>
    public static RunMethods None { get; } = new();

    /// <summary>Whether anything is looked at after each epoch.</summary>
    internal bool IsValidated => Validation > 0 || Patience is not null || KeepBest;
}

/// <summary>The mean and the standard deviation of each channel.</summary>
/// <param name="Mean">The means.</param>
/// <param name="Std">The deviations.</param>
public sealed record ChannelScale(IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>Of a dataset.</summary>
    public static ChannelScale Of(Dataset dataset)
    {
        var found = Standardization.Of(dataset);
        return new ChannelScale(found.Mean, found.Std);
    }

    /// <summary>As the library has it.</summary>
    public Standardization ToStandardization() => new(Mean, Std);
}

/// <summary>The losses that <see cref="RunMethods"/> can name.</summary>
public enum LossKind
{
    /// <summary><see cref="CrossEntropyLoss"/>.</summary>
    CrossEntropy,

    /// <summary><see cref="MSELoss"/> of the logits and rows with a one at the class.</summary>
    Mse,

    /// <summary><see cref="BCEWithLogitsLoss"/> of the logits and rows with a one at the class.</summary>
    Bce,
}

/// <summary>How images are mirrored from left to right.</summary>
public enum FlipKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Half of the time: <see cref="RandomHorizontalFlip"/>.</summary>
    Random,

    /// <summary>Every second epoch: <see cref="AlternatingFlip"/>.</summary>
    Alternating,
}
