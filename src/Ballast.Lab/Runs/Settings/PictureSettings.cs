using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>How the pictures of a folder become samples.</summary>
/// <param name="Height">The height that they are brought to; null for that of the pictures, which then all have it.</param>
/// <param name="Width">The width, likewise.</param>
/// <param name="Fit">How pictures of other proportions are brought to it.</param>
/// <param name="Channels">1 for grey, 3 for RGB; null for grey where all of them are.</param>
/// <param name="Background">The colour over which transparent pixels are composed.</param>
/// <param name="SkipBroken">Whether files that cannot be used are left out.</param>
public sealed record PictureSettings(
    int? Height = null, int? Width = null, PictureFit Fit = PictureFit.Crop, int? Channels = null, PictureColor? Background = null,
    bool SkipBroken = false)
{
    /// <summary>The side of pictures of several sizes, where none is chosen.</summary>
    public const int DefaultSide = 64;

    /// <summary>The largest side of pictures of one size that are left as they are.</summary>
    public const int LargestSide = 128;

    /// <summary>Of a table of pictures, the column of the groups that are held back whole; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>Whether the network is still to be made for the pictures and their classes.</summary>
    [JsonIgnore]
    public bool FitsNetwork { get; init; }

    /// <summary>Whether a line of the log is still to be made one for each epoch.</summary>
    [JsonIgnore]
    public bool LogsEpochs { get; init; }

    /// <summary>The library's options of a folder.</summary>
    /// <param name="cacheFolder">Where resized pictures are kept; null for nowhere.</param>
    /// <param name="progress">Told how many pictures are read.</param>
    public ImageFolderOptions ToFolder(string? cacheFolder, IProgress<(int Done, int Count)>? progress = null) => new()
    {
        Height = Height,
        Width = Width,
        Fit = Fit,
        Channels = Channels,
        Background = Background,
        SkipBroken = SkipBroken,
        GroupColumn = Group,
        CacheFolder = cacheFolder,
        Progress = progress,
    };

    /// <summary>The settings with the size and the channels that the pictures have.</summary>
    /// <exception cref="InvalidDataException">Files that cannot be used.</exception>
    /// <exception cref="IOException">There is no such folder, or a file cannot be read.</exception>
    public PictureSettings Of(string folder, CancellationToken cancellation)
    {
        var found = ImageFolder.Inspect(folder, ToFolder(null), cancellation);
        int channels = Channels ?? (found.IsGray ? 1 : 3);
        return Height is not null ? this with { Channels = channels }
            : found is { Height: <= LargestSide, Width: <= LargestSide }
                ? this with { Height = found.Height, Width = found.Width, Channels = channels }
            : this with { Height = DefaultSide, Width = DefaultSide, Channels = channels };
    }

    /// <summary>A network for pictures of a size and for some classes: 3 x 3 convolutions with batch normalization, a pool after each
    /// while there are at least 8 pixels left on a side.</summary>
    public static string Network(Shape sample, int classes)
    {
        const string convolution = "conv:{0},3,padding=1,bias=false batchnorm relu";
        int side = Math.Min(sample[1], sample[2]), channels = 32;
        List<string> layers = [];
        while (side >= 16)
        {
            layers.Add(string.Create(null, $"conv:{channels},3,padding=1,bias=false batchnorm relu maxpool:2"));
            (side, channels) = (side / 2, Math.Min(128, channels * 2));
        }

        for (int i = 0; i < 2; i++)
            layers.Add(string.Format(null, convolution, channels));
        layers.Add($"globalavgpool flatten linear:{classes}");
        return string.Join(' ', layers);
    }
}
