using System.Globalization;
using System.Security.Cryptography;

namespace Ballast;

/// <summary>The pictures of a listing, read: headers first, which decide on the shape, then the pixels.</summary>
/// <param name="Paths">The files that are used.</param>
/// <param name="Labels">The class of each.</param>
/// <param name="Shape">The shape of every picture.</param>
/// <param name="Store">The pixels.</param>
/// <param name="Skipped">The files that are not used.</param>
/// <param name="Groups">The group of each; null where the listing has none.</param>
sealed record PictureListing(
    string[] Paths, int[] Labels, Shape Shape, PictureStore Store, BrokenPicture[] Skipped, string[]? Groups)
{
    /// <summary>Reads the pictures.</summary>
    /// <exception cref="InvalidDataException">Files that cannot be used, or pictures of several sizes where none is given.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PictureListing Read(ImageFolderListing listing, ImageFolderOptions options, CancellationToken cancellation)
    {
        var decoder = options.Decoder ?? PictureDecoder.Default;
        var (headers, failures, left) = Look(listing, options, cancellation);
        var shape = Common(listing, headers, left, options);
        while (true)
        {
            var (store, broken) = Decode(listing, headers, left, shape, options, decoder, cancellation);
            if (!broken.Any(static failure => failure is not null))
            {
                return new PictureListing(
                    [.. left.Select(i => listing.Paths[i])], [.. left.Select(i => listing.Labels[i])], shape, store,
                    [.. failures.OfType<BrokenPicture>()], listing.Groups is { } groups ? [.. left.Select(i => groups[i])] : null);
            }

            if (!options.SkipBroken)
                PictureFiles.Refuse(broken);
            for (int k = 0; k < left.Length; k++)
                failures[left[k]] = broken[k];
            left = Left(listing, failures);
        }
    }

    /// <summary>What the headers say of the pictures that can be used.</summary>
    /// <exception cref="InvalidDataException">Files that cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PictureInfo[] Headers(ImageFolderListing listing, ImageFolderOptions options, CancellationToken cancellation)
    {
        var (headers, _, left) = Look(listing, options, cancellation);
        return Array.ConvertAll(left, i => headers[i].Info);
    }

    static ((PictureInfo Info, byte[] Key)[] Headers, BrokenPicture?[] Failures, int[] Left) Look(
        ImageFolderListing listing, ImageFolderOptions options, CancellationToken cancellation)
    {
        var decoder = options.Decoder ?? PictureDecoder.Default;
        var headers = new (PictureInfo Info, byte[] Key)[listing.Paths.Length];
        var failures = PictureFiles.Each(
            listing.Paths, path => Header(path, decoder, options), (i, header) => headers[i] = header, cancellation, options.Threads);
        if (!options.SkipBroken)
            PictureFiles.Refuse(failures);
        return (headers, failures, Left(listing, failures));
    }

    static (PictureInfo Info, byte[] Key) Header(string path, PictureDecoder decoder, ImageFolderOptions options)
    {
        try
        {
            byte[] file = PictureDecoder.ReadFile(path, decoder, options.ToPicture(null));
            var info = decoder.Identify(file);
            options.ToPicture(null).Check(info);
            return (info, SHA256.HashData(file));
        }
        catch (InvalidDataException e)
        {
            Throw.InvalidData($"{path.ReplaceLineEndings(@"\n")} cannot be used: {e.Message} Expected a picture: {decoder.Formats}.", e);
            return default;
        }
    }

    static int[] Left(ImageFolderListing listing, BrokenPicture?[] failures)
    {
        int[] left = [.. Enumerable.Range(0, failures.Length).Where(i => failures[i] is null)];
        for (int label = 0; label < listing.ClassNames.Length; label++)
        {
            if (!Array.Exists(left, i => listing.Labels[i] == label) && Array.IndexOf(listing.Labels, label) is >= 0 and var first)
            {
                string reason = Array.Find(failures, failure => failure is not null && failure.Path == listing.Paths[first])!.Reason;
                Throw.InvalidData($"No picture of the class {listing.ClassNames[label]} can be used, the first one because: {reason} "
                    + "Repair the pictures, or remove the class.");
            }
        }

        return left;
    }

    static Shape Common(
        ImageFolderListing listing, (PictureInfo Info, byte[] Key)[] headers, int[] left, ImageFolderOptions options)
    {
        int channels = options.Channels ?? (Array.TrueForAll(left, i => headers[i].Info.IsGray) ? 1 : 3);
        if (options.Height is { } height)
            return [channels, height, options.Width!.Value];
        var first = headers[left[0]].Info;
        Shape shape = [channels, first.Height, first.Width];
        var others = new BrokenPicture?[left.Length];
        for (int k = 0; k < left.Length; k++)
        {
            var (info, path) = (headers[left[k]].Info, listing.Paths[left[k]]);
            if ((info.Height, info.Width) != (first.Height, first.Width))
                others[k] = new BrokenPicture(path, PictureFiles.Difference(path, [channels, info.Height, info.Width], shape,
                    $", as {listing.Paths[left[0]]} is"));
        }

        PictureFiles.Refuse(others);
        return shape;
    }

    static (PictureStore Store, BrokenPicture?[] Broken) Decode(
        ImageFolderListing listing, (PictureInfo Info, byte[] Key)[] headers, int[] left, Shape shape, ImageFolderOptions options,
        PictureDecoder decoder, CancellationToken cancellation)
    {
        var broken = new BrokenPicture?[left.Length];
        var picture = options.ToPicture(shape[0]);
        int done = 0;
        Picture Load(string path) => Picture.Read(path, picture, decoder).Fit(shape[1], shape[2], options.Fit);
        void Add(int[] missing, Action<int, Picture> write)
        {
            Interlocked.Add(ref done, left.Length - missing.Length);
            var failures = PictureFiles.Each([.. missing.Select(k => listing.Paths[left[k]])], Load, (i, loaded) =>
            {
                write(missing[i], loaded);
                options.Progress?.Report((Interlocked.Increment(ref done), left.Length));
            }, cancellation, options.Threads);
            for (int i = 0; i < missing.Length; i++)
                broken[missing[i]] = failures[i];
        }

        if (options.CacheFolder is { } folder && PictureCache.Open(
            folder, Key(options, picture, shape, decoder), [.. left.Select(i => headers[i].Key)], shape.Length, options.CacheBytes, Add) is { } cache)
        {
            return (cache, broken);
        }

        Array.Clear(broken);
        var memory = new PictureMemory(left.Length, shape.Length, options.MaxBytes);
        Add([.. Enumerable.Range(0, left.Length)], (k, loaded) => loaded.Bytes.CopyTo(memory.Room(k)));
        return (memory, broken);
    }

    // All that decides on the pixels.
    static string Key(ImageFolderOptions options, PictureOptions picture, Shape shape, PictureDecoder decoder) => string.Create(
        CultureInfo.InvariantCulture, $"1\n{decoder.Version}\n{shape}\n{options.Fit}\n{picture.Background}\n");
}
