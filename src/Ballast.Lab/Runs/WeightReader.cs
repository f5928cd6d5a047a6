namespace Ballast.Lab;

/// <summary>Reads weights of other programs that have no keys of a network here, and go into it layer by layer. The laboratory has none by itself: a
/// program sets <see cref="Current"/> to one that reads files of Keras.</summary>
public abstract class WeightReader
{
    /// <summary>The one that runs read by; null where there is none.</summary>
    public static WeightReader? Current { get; set; }

    /// <summary>Reads the state of a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">Makes the network that the weights go into.</param>
    /// <param name="sampleShape">The shape of one sample.</param>
    /// <returns>The network's state; null for a file that has a state by its keys.</returns>
    /// <exception cref="ArgumentException">The weights are those of another network.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public abstract StateDict? Read(string path, Func<Module> network, Shape sampleShape);
}
