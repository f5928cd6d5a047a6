namespace Ballast;

/// <summary>A normalization that, in evaluation mode, multiplies each channel by a constant and adds another:
/// y = (x - mean) / deviation gamma + beta. <see cref="Folding"/> gives that work to the layer before it.</summary>
interface IFoldable
{
    /// <summary>C, the number of channels.</summary>
    int NumFeatures { get; }

    /// <summary>Why the constants are none now; null where they are.</summary>
    string? Varies { get; }

    /// <summary>Whether its channels are those of the layer before it.</summary>
    bool FitsBehind(Module before);

    /// <summary>The constants of one channel.</summary>
    ChannelConstants Constants(int channel);
}

/// <summary>y = (x - <paramref name="Mean"/>) / <paramref name="Deviation"/> <paramref name="Gamma"/> + <paramref name="Beta"/>.
/// </summary>
readonly record struct ChannelConstants(double Mean, double Deviation, double Gamma, double Beta);
