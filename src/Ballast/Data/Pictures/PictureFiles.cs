namespace Ballast;

/// <summary>A picture file that cannot be used.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">What is wrong with it, with its path.</param>
public sealed record BrokenPicture(string Path, string Reason)
{
    /// <summary>What was thrown.</summary>
    internal Exception Error { get; init; } = new InvalidDataException(Reason);
}

/// <summary>Reads many pictures on all cores, and collects those that cannot be used.</summary>
static class PictureFiles
{
    const int Listed = 10;

    /// <summary>Does something with each file.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="read">What is made of a file.</param>
    /// <param name="take">Is given each with its index, in any order and from several threads.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <param name="threads">How many threads share them at most; null for one a core.</param>
    /// <returns>For each file the failure, or null. All are tried, so that the answer is the same each time.</returns>
    public static BrokenPicture?[] Each<T>(
        IReadOnlyList<string> paths, Func<string, T> read, Action<int, T> take, CancellationToken cancellation, int? threads = null)
    {
        var failures = new BrokenPicture?[paths.Count];
        FileWork.Each(paths.Count, i =>
        {
            try
            {
                take(i, read(paths[i]));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                failures[i] = new BrokenPicture(paths[i], e.Message) { Error = e };
            }
        }, cancellation, threads);
        return failures;
    }

    /// <summary>Refuses the files that cannot be used, the first ones with their reasons.</summary>
    /// <exception cref="InvalidDataException">A file that is no picture, or does not fit.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static void Refuse(BrokenPicture?[] failures)
    {
        BrokenPicture[] broken = [.. failures.OfType<BrokenPicture>()];
        if (broken.Length == 0)
            return;
        string message = broken[0].Reason;
        if (broken.Length > 1)
        {
            message += $" ({broken.Length - 1} more of {failures.Length} files cannot be used either"
                + $"{(broken.Length > Listed ? $"; the next {Listed - 1}" : "")}:"
                + string.Concat(broken.Skip(1).Take(Listed - 1).Select(static file => $"\n  {file.Reason}")) + ")";
        }

        if (broken[0].Error is InvalidDataException)
            Throw.InvalidData(message, broken[0].Error);
        DataErrors.Unavailable(message, broken[0].Error);
    }

    /// <summary>A picture, refused if it has another shape.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="path">Its file.</param>
    /// <param name="expected">The shape that it has to have.</param>
    /// <param name="reason">Why, after the shape in a message: <c>, as a.png is</c>.</param>
    /// <exception cref="InvalidDataException">It has another one.</exception>
    public static Picture Fitting(Picture picture, string path, Shape expected, string reason)
    {
        if (picture.Shape != expected)
            Throw.InvalidData(Difference(path, picture.Shape, expected, reason));
        return picture;
    }

    /// <summary>What a message says of a picture of another shape.</summary>
    public static string Difference(string path, Shape got, Shape expected, string reason)
    {
        string wanted = $"Expected {Size(expected)} pixels, {Color(expected)}{reason}.";
        return got[0] != expected[0]
            ? $"{path} is {Color(got)}. {wanted} Convert it, or leave it out."
            : $"{path} has {Size(got)} pixels (width x height). {wanted} Choose a size that all pictures are brought to, or leave it out.";
    }

    static string Size(Shape shape) => $"{shape[2]} x {shape[1]}";

    static string Color(Shape shape) => shape[0] == 1 ? "grey" : "RGB";
}
