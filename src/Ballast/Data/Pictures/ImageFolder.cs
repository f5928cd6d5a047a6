using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ballast;

/// <summary>A folder of PNG pictures, one subfolder a class: torchvision's <c>ImageFolder</c>. The subfolders' names in
/// ordinal order are the classes, and the samples come class by class, in the ordinal order of the files' names.</summary>
/// <remarks>
/// <para>All pictures are decoded when the folder is opened, and kept as bytes <c>[C, H, W]</c>: grey with one channel, or
/// RGB with three. <see cref="Picture"/> says what of PNG is read. They have to be of one size and all grey or all in
/// colour: nothing is scaled or converted.</para>
/// <para>What systems put into folders by themselves is passed over: names that begin with a dot, <c>Thumbs.db</c>,
/// <c>desktop.ini</c>; so are files beside the subfolders. Every other file in a subfolder has to be a picture.</para>
/// </remarks>
public sealed class ImageFolder : ByteDataset
{
    const int BlockBytes = 1 << 26;

    readonly byte[][] blocks;       // pinned: batches read the pictures where they are
    readonly int perBlock;
    readonly int size;
    readonly int[] labels;
    readonly Lazy<string> sha256;

    /// <summary>Reads a folder.</summary>
    /// <param name="path">The folder whose subfolders are the classes.</param>
    /// <param name="cancellation">Looked at with every picture.</param>
    /// <exception cref="InvalidDataException">No classes, an empty one, a folder or a file that is no picture in a class's
    /// subfolder, or pictures of several sizes or both grey and in colour. The message names the file or folder.
    /// </exception>
    /// <exception cref="IOException">There is no such folder, or a file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ImageFolder(string path, CancellationToken cancellation = default)
    {
        var listing = ImageFolderListing.Read(path);
        Path = listing.Path;
        ClassNames = listing.ClassNames;
        PicturePaths = listing.Paths;
        labels = listing.Labels;
        SampleShape = Picture.Read(listing.Paths[0]).Shape;
        size = SampleShape.Length;
        perBlock = Math.Max(1, BlockBytes / size);
        blocks = new byte[(Count - 1) / perBlock + 1][];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = GC.AllocateUninitializedArray<byte>(Math.Min(perBlock, Count - i * perBlock) * size, pinned: true);
        PictureFiles.Each(listing.Paths, SampleShape, $", as {listing.Paths[0]} is",
            (i, picture) => picture.Bytes.CopyTo(Sample(i)), cancellation);
        sha256 = new Lazy<string>(Hash);
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The file of each sample, in the order of the samples: torchvision's <c>imgs</c>.</summary>
    public IReadOnlyList<string> PicturePaths { get; }

    /// <inheritdoc/>
    public override int Count => labels.Length;

    /// <summary><c>[1, H, W]</c> where the pictures are grey, <c>[3, H, W]</c> where they are in colour.</summary>
    public override Shape SampleShape { get; }

    /// <summary>The subfolders' names, in ordinal order.</summary>
    public override IReadOnlyList<string> ClassNames { get; }

    /// <summary>The folder, with one hash over what is learned from it: its classes' names, and the label and the decoded
    /// bytes of each picture in order.</summary>
    public override IEnumerable<(string Path, string Sha256)> Files => [(Path, sha256.Value)];

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
        return Sample(index);
    }

    internal override unsafe byte* Address(int index)
    {
        fixed (byte* first = Bytes(index))
            return first;
    }

    Span<byte> Sample(int index)
    {
        var (block, place) = Math.DivRem(index, perBlock);
        return blocks[block].AsSpan(place * size, size);
    }

    string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{SampleShape}\n{string.Join('\n', ClassNames)}\n"));
        hash.AppendData(MemoryMarshal.AsBytes(labels.AsSpan()));
        foreach (var block in blocks)
            hash.AppendData(block);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
