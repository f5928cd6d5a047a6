namespace Ballast;

/// <summary>The pictures of a folder with one subfolder a class.</summary>
/// <param name="Path">The folder's full path.</param>
/// <param name="ClassNames">The subfolders' names, in ordinal order.</param>
/// <param name="Paths">The files, class by class, in ordinal order of their names.</param>
/// <param name="Labels">The class of each.</param>
/// <param name="Groups">The group of each; null where none is asked for.</param>
sealed record ImageFolderListing(string Path, string[] ClassNames, string[] Paths, int[] Labels, string[]? Groups = null)
{
    /// <summary>Lists a folder; no file is opened.</summary>
    /// <exception cref="InvalidDataException">No classes, an empty class, a folder in a class's folder, or a column of groups that there is not.
    /// </exception>
    /// <exception cref="IOException">There is no such folder.</exception>
    public static ImageFolderListing Read(string path, ImageFolderOptions options)
    {
        if (PictureTable.Is(path))
            return PictureTable.Read(path, options.GroupColumn);
        string formats = (options.Decoder ?? PictureDecoder.Default).Formats;
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (!Directory.Exists(path))
        {
            DataErrors.Unavailable((File.Exists(path) ? $"{path} is a file." : $"There is no folder {path}.")
                + $" Expected a folder with one subfolder of pictures ({formats}) for each class.");
        }

        if (options.GroupColumn is { } column)
        {
            Throw.InvalidData($"{path} is a folder and has no column {column} of groups. Name the pictures in a CSV file with the columns path, "
                + $"label and {column}.");
        }

        string[] classes = Names(Directory.EnumerateDirectories(path));
        if (classes.Length == 0)
        {
            Throw.InvalidData($"{path} has no subfolders. Expected one subfolder of pictures for each class, named after the "
                + $"class: {System.IO.Path.Combine(path, "cat", "1.png")}.");
        }

        var paths = new List<string>();
        var labels = new List<int>();
        for (int i = 0; i < classes.Length; i++)
        {
            string[] pictures = Pictures(path, classes[i]);
            paths.AddRange(pictures);
            labels.AddRange(Enumerable.Repeat(i, pictures.Length));
        }

        return new ImageFolderListing(path, classes, [.. paths], [.. labels]);
    }

    static string[] Pictures(string path, string name)
    {
        string folder = System.IO.Path.Combine(path, name);
        if (Names(Directory.EnumerateDirectories(folder)) is [var inner, ..])
        {
            Throw.InvalidData($"{folder} holds the folder {inner}. Expected only pictures in the subfolder of a class. If the "
                + $"classes are the subfolders of {folder}, name that folder instead.");
        }

        string[] pictures = Names(Directory.EnumerateFiles(folder));
        if (pictures.Length == 0)
            Throw.InvalidData($"{folder} has no pictures. Put pictures of the class {name} into it, or remove the subfolder.");
        return Array.ConvertAll(pictures, file => System.IO.Path.Combine(folder, file));
    }

    static string[] Names(IEnumerable<string> paths) =>
    [
        .. paths.Select(static path => System.IO.Path.GetFileName(path))
            .Where(static name => !name.StartsWith('.')
                && !name.Equals("Thumbs.db", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("desktop.ini", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal),
    ];
}
