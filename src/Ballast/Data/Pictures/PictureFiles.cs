namespace Ballast;

/// <summary>Reads many pictures on all cores, and refuses the first that does not fit.</summary>
static class PictureFiles
{
    /// <summary>Reads pictures of one shape.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="expected">The shape that each has to have.</param>
    /// <param name="reason">Why, behind the shape in a message: <c>, as a.png is</c>.</param>
    /// <param name="take">Is given each with its index, in any order and from several threads.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="InvalidDataException">A file that is no picture, or one of another shape.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static void Each(
        IReadOnlyList<string> paths, Shape expected, string reason, Action<int, Picture> take, CancellationToken cancellation)
    {
        // All are tried, so that the message is the same each time and tells how many there are to look at.
        var failures = new Exception?[paths.Count];
        FileWork.Each(paths.Count, i =>
        {
            try
            {
                var picture = Picture.Read(paths[i]);
                if (picture.Shape != expected)
                    Throw.InvalidData(Difference(paths[i], picture.Shape, expected, reason));
                take(i, picture);
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                failures[i] = e;
            }
        }, cancellation);

        if (Array.Find(failures, failure => failure is not null) is not { } first)
            return;
        int others = failures.Count(failure => failure is not null) - 1;
        string message = others == 0 ? first.Message : $"{first.Message} ({others} more of {paths.Count} files cannot be used either.)";
        if (first is InvalidDataException)
            Throw.InvalidData(message, first);
        DataErrors.Unavailable(message, first);
    }

    static string Difference(string path, Shape got, Shape expected, string reason)
    {
        string wanted = $"Expected {Size(expected)} pixels, {Color(expected)}{reason}.";
        return got[0] != expected[0]
            ? $"{path} is {Color(got)}. {wanted} Convert it, or leave it out."
            : $"{path} has {Size(got)} pixels (width x height). {wanted} Scale or cut it to that size, or leave it out.";
    }

    static string Size(Shape shape) => $"{shape[2]} x {shape[1]}";

    static string Color(Shape shape) => shape[0] == 1 ? "grey" : "RGB";
}
