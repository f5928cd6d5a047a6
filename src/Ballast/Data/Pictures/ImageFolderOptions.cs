namespace Ballast;

/// <summary>How the pictures of an <see cref="ImageFolder"/> are read and brought to one size.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>What reads the files; <see cref="PictureDecoder.Default"/> where null.</summary>
    public PictureDecoder? Decoder { get; init; }

    /// <summary>The height that every picture is brought to; null, the default, where all pictures have to be of one size.</summary>
    public int? Height { get; init; }

    /// <summary>The width, likewise; give both or none.</summary>
    public int? Width { get; init; }

    /// <summary>How pictures of other proportions are brought to the size.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Crop;

    /// <summary>1 for grey, 3 for RGB; null, the default, for grey where all pictures are grey, and RGB otherwise.</summary>
    public int? Channels { get; init; }

    /// <summary>The colour over which transparent pixels are composed; null, the default, refuses pictures with such.</summary>
    public PictureColor? Background { get; init; }

    /// <summary>Whether files that cannot be read are left out, and listed in <see cref="ImageFolder.Skipped"/>; the default refuses the
    /// folder and lists them.</summary>
    public bool SkipBroken { get; init; }

    /// <summary>Of a table of pictures, the column that says which group each belongs to, such as a patient: <see cref="ImageFolder.Groups"/>;
    /// null, the default, for none.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>The most pixels of a picture: 100 million. A larger one is refused before memory is taken.</summary>
    public long MaxPixels { get; init; } = new PictureOptions().MaxPixels;

    /// <summary>The most bytes of all pictures together, resized, where they are kept in memory: half of the machine's.</summary>
    public long MaxBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>The folder where resized pictures are kept from one time to the next; null, the default, for none. Pictures in it are
    /// read from there and not kept in memory.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The most bytes of the cache folder: 10 GiB. What was used the longest ago is dropped.</summary>
    public long CacheBytes { get; init; } = 10L << 30;

    /// <summary>How many threads decode and resize pictures at most; null, the default, for one a core. The pixels are the same.</summary>
    public int? Threads { get; init; }

    /// <summary>Told how many of the pictures are read; it may be called from several threads.</summary>
    public IProgress<(int Done, int Count)>? Progress { get; init; }

    /// <summary>What a single picture is decoded with.</summary>
    internal PictureOptions ToPicture(int? channels) => new() { Channels = channels, Background = Background, MaxPixels = MaxPixels };

    /// <summary>Refuses settings that do not go together.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal void Check()
    {
        Throw.Unless(Height is null == Width is null, $"ImageFolder: expected a height and a width or neither, got {Height} and {Width}.");
        Throw.Unless(Height is null or > 0 && Width is null or > 0,
            $"ImageFolder: expected a size of at least 1 x 1 pixels, got {Width} x {Height}.");
        Throw.Unless(Channels is null or 1 or 3, $"ImageFolder: expected 1 channel for grey or 3 for RGB, got {Channels}.");
        Throw.Unless(Threads is null or >= 1, $"ImageFolder: expected 1 thread or more, got {Threads}.");
    }
}
