namespace Ballast.Lab;

/// <summary>Reads bodies of networks from files of other programs. The laboratory has none by itself: a program sets <see cref="Current"/> to one
/// that reads ONNX files.</summary>
public abstract class BodyReader
{
    /// <summary>The one that runs read by; null where there is none.</summary>
    public static BodyReader? Current { get; set; }

    /// <summary>The one that runs read by.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    internal static BodyReader Required => Current ?? throw new NotSupportedException(
        "Networks in ONNX files cannot be read here: this program was made without that. Set BodyReader.Current, or take the full command.");

    /// <summary>Reads a body.</summary>
    /// <param name="source">A file, or the name of a pretrained network.</param>
    /// <param name="cut">The node behind which the network is cut; null for its last product.</param>
    /// <param name="fresh">Whether its weights are drawn anew, from <see cref="Generator.Default"/>.</param>
    /// <exception cref="ArgumentException">There is no such node.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public abstract Module Read(string source, string? cut, bool fresh);

    /// <summary>Writes a body to a file of its own, which <see cref="Read"/> reads without a cut.</summary>
    /// <param name="source">A file, or the name of a pretrained network.</param>
    /// <param name="cut">The node behind which the network is cut; null for its last product.</param>
    /// <param name="path">The new file.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public abstract void Copy(string source, string? cut, string path);

    /// <summary>The shape of one sample that a network takes, as its file says; null where it leaves a size open.</summary>
    /// <param name="source">A file, or the name of a pretrained network.</param>
    public abstract Shape? SampleShape(string source);
}
