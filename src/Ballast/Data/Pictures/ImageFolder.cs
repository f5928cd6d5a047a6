using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ballast;

/// <summary>A folder of pictures, one subfolder a class: torchvision's <c>ImageFolder</c>. The subfolders' names in
/// ordinal order are the classes, and the samples come class by class, in the ordinal order of the files' names.</summary>
/// <remarks>
/// <para>All pictures are decoded on all cores when the folder is opened, and kept as bytes <c>[C, H, W]</c>: grey with one channel
/// where all are grey, else RGB with three. <see cref="ImageFolderOptions"/> says which size they are brought to; without one they have
/// to be of one size. The library reads PNG by itself, and more with the decoder of the package <c>Ballast.Data</c>.</para>
/// <para>In place of a folder there may be a CSV file with the columns <c>path</c> and <c>label</c>: paths are from its own folder on, the labels
/// in ordinal order are the classes, and the samples come in the order of its rows.</para>
/// <para>What systems put into folders by themselves is passed over: names that begin with a dot, <c>Thumbs.db</c>,
/// <c>desktop.ini</c>; so are files beside the subfolders. Every other file in a subfolder has to be a picture.</para>
/// </remarks>
public sealed class ImageFolder : ByteDataset
{
    readonly PictureStore store;
    readonly int[] labels;
    readonly Lazy<string> sha256;

    /// <summary>Reads a folder of pictures of one size.</summary>
    /// <param name="path">The folder whose subfolders are the classes.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="InvalidDataException">No classes, an empty one, a folder or a file that is no picture in a class's
    /// subfolder, or pictures of several sizes. The message names the file or folder.</exception>
    /// <exception cref="IOException">There is no such folder, or a file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ImageFolder(string path, CancellationToken cancellation = default) : this(path, new ImageFolderOptions(), cancellation)
    {
    }

    /// <summary>Reads a folder of pictures.</summary>
    /// <param name="path">The folder whose subfolders are the classes.</param>
    /// <param name="options">The size and the rest.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="ArgumentException">Options that do not go together.</exception>
    /// <exception cref="InvalidDataException">No classes, an empty one, a folder in a class's subfolder, files that cannot be used, or
    /// pictures of several sizes where none is given. The message names the files.</exception>
    /// <exception cref="IOException">There is no such folder, or a file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ImageFolder(string path, ImageFolderOptions options, CancellationToken cancellation = default)
        : this(ImageFolderListing.Read(path, options), options, cancellation)
    {
    }

    ImageFolder(ImageFolderListing listing, ImageFolderOptions options, CancellationToken cancellation)
    {
        options.Check();
        var files = PictureListing.Read(listing, options, cancellation);
        (Path, ClassNames, PicturePaths, labels) = (listing.Path, listing.ClassNames, files.Paths, files.Labels);
        (SampleShape, store, Skipped, Groups) = (files.Shape, files.Store, files.Skipped, files.Groups ?? []);
        sha256 = new Lazy<string>(Hash);
    }

    /// <summary>Pictures that lie anywhere, with a label each.</summary>
    /// <param name="name">What the whole is called: a folder, or a table that names the files.</param>
    /// <param name="paths">The files.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="classNames">The classes' names.</param>
    /// <param name="options">The size and the rest.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="ArgumentException">Options that do not go together, no files, or labels that are no classes.</exception>
    /// <exception cref="InvalidDataException">Files that cannot be used, or of several sizes where none is given.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageFolder OfFiles(
        string name, IReadOnlyList<string> paths, IReadOnlyList<int> labels, IReadOnlyList<string> classNames,
        ImageFolderOptions? options = null, CancellationToken cancellation = default)
    {
        Throw.Unless(paths.Count > 0 && paths.Count == labels.Count,
            $"ImageFolder: expected a label for each of at least 1 file, got {paths.Count} files and {labels.Count} labels.");
        foreach (int label in labels)
            Throw.Unless((uint)label < (uint)classNames.Count, $"ImageFolder: got the label {label}; expected 0 to {classNames.Count - 1}.");
        return new ImageFolder(
            new ImageFolderListing(name, [.. classNames], [.. paths], [.. labels]), options ?? new ImageFolderOptions(), cancellation);
    }

    /// <summary>Reads picture files and brings them to one size, in the order of the files.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="options">The size, the channels and the rest; both have to be given.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="ArgumentException">No size or no channels.</exception>
    /// <exception cref="InvalidDataException">Files that cannot be used, with the reasons.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Picture> ReadFiles(
        IReadOnlyList<string> paths, ImageFolderOptions options, CancellationToken cancellation = default)
    {
        options.Check();
        Throw.Unless(options is { Height: not null, Channels: not null }, $"ImageFolder.ReadFiles: expected a size and a number of channels.");
        var (single, decoder) = (options.ToPicture(options.Channels), options.Decoder);
        var pictures = new Picture[paths.Count];
        PictureFiles.Refuse(PictureFiles.Each(paths,
            path => Picture.Read(path, single, decoder).Fit(options.Height.Value, options.Width!.Value, options.Fit),
            (i, picture) => pictures[i] = picture, cancellation, options.Threads));
        return pictures;
    }

    /// <summary>The files that cannot be used, with the reasons; all of them are decoded to see.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="options">The decoder and the limits.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<BrokenPicture> Broken(
        IReadOnlyList<string> paths, ImageFolderOptions options, CancellationToken cancellation = default)
    {
        var (single, decoder) = (options.ToPicture(options.Channels), options.Decoder);
        var failures = PictureFiles.Each(
            paths, path => Picture.Read(path, single, decoder), static (_, _) => { }, cancellation, options.Threads);
        return [.. failures.OfType<BrokenPicture>()];
    }

    /// <summary>Looks at the headers of a folder's pictures: the size that all have, and whether all are grey.</summary>
    /// <param name="path">The folder whose subfolders are the classes.</param>
    /// <param name="options">The decoder, the limits, and whether broken files are left out.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <returns>The height and the width of all pictures, null where they differ; and whether all are grey.</returns>
    /// <exception cref="InvalidDataException">As the constructor says.</exception>
    /// <exception cref="IOException">There is no such folder, or a file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (int? Height, int? Width, bool IsGray) Inspect(
        string path, ImageFolderOptions options, CancellationToken cancellation = default)
    {
        var listing = ImageFolderListing.Read(path, options);
        var infos = PictureListing.Headers(listing, options, cancellation);
        var first = infos[0];
        bool same = infos.All(info => (info.Height, info.Width) == (first.Height, first.Width));
        return (same ? first.Height : null, same ? first.Width : null, infos.All(static info => info.IsGray));
    }

    /// <summary>Whether a path is that of a table of pictures: a CSV file with the columns <c>path</c> and <c>label</c>, which is read as a
    /// folder is.</summary>
    public static bool IsTable(string path) => PictureTable.Is(path);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The file of each sample, in the order of the samples: torchvision's <c>imgs</c>.</summary>
    public IReadOnlyList<string> PicturePaths { get; }

    /// <summary>The files that were left out because they cannot be used, with the reason.</summary>
    public IReadOnlyList<BrokenPicture> Skipped { get; }

    /// <summary>The group of each sample, as <see cref="ImageFolderOptions.GroupColumn"/> of the table names it, for
    /// <see cref="DataSplit.ByGroup(IReadOnlyList{string}, ReadOnlySpan{double}, long)"/>; empty where no column is named.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <inheritdoc/>
    public override int Count => labels.Length;

    /// <summary><c>[1, H, W]</c> where the pictures are grey, <c>[3, H, W]</c> where they are in colour.</summary>
    public override Shape SampleShape { get; }

    /// <summary>The subfolders' names, in ordinal order.</summary>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <summary>The folder, with one hash over what is learned from it: its classes' names, and the label and the decoded
    /// bytes of each picture in order.</summary>
    public override IEnumerable<(string Path, string Sha256)> Files => [(Path, sha256.Value)];

    /// <summary>The picture's file, from the folder or from the folder of the table on, with slashes.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public override string SampleName(int index)
    {
        CheckIndex(index);
        string folder = Directory.Exists(Path) ? Path : System.IO.Path.GetDirectoryName(Path) ?? "";
        return System.IO.Path.GetRelativePath(folder, PicturePaths[index]).Replace('\\', '/');
    }

    /// <inheritdoc/>
    public override int Label(int index)
    {
        CheckIndex(index);
        return labels[index];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Bytes(int index)
    {
        CheckIndex(index);
        return store.Bytes(index);
    }

    internal override unsafe byte* Address(int index)
    {
        CheckIndex(index);
        return store.Address(index);
    }

    string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{SampleShape}\n{string.Join('\n', ClassNames)}\n"));
        hash.AppendData(MemoryMarshal.AsBytes(labels.AsSpan()));
        for (int i = 0; i < Count; i++)
            hash.AppendData(store.Bytes(i));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
