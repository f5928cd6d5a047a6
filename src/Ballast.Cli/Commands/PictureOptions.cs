using System.CommandLine;
using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options of commands that read folders of pictures.</summary>
static class PictureOptions
{
    static readonly Option<(int Height, int Width)> Size = new("--size")
    {
        Description = "Bring pictures to this size: 64, or 96x64 (width x height) [default: 64 where they differ in size, or are larger "
            + $"than {PictureSettings.LargestSide}]",
        HelpName = "N",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value;
            string[] sides = text.Split('x');
            if (sides.Length is 1 or 2 && sides.All(static side =>
                int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int pixels) && pixels is >= 1 and <= 4096))
            {
                int width = int.Parse(sides[0], CultureInfo.InvariantCulture);
                return (sides.Length == 1 ? width : int.Parse(sides[1], CultureInfo.InvariantCulture), width);
            }

            result.AddError($"--size: expected a side from 1 to 4096 pixels, such as 64, or a width and a height, such as 96x64; got \"{text}\".");
            return default;
        },
    };

    static readonly Option<bool> Stretch = new("--stretch")
    {
        Description = "Stretch pictures of other proportions to the size, rather than to keep their middle",
    };

    static readonly Option<bool> Gray = new("--gray") { Description = "Turn pictures grey" };

    static readonly Option<PictureColor> Background = new("--background")
    {
        Description = "Colour behind transparent pixels, as RRGGBB [default: FFFFFF, white]",
        HelpName = "COLOUR",
        CustomParser = static result =>
        {
            string text = result.Tokens[0].Value.TrimStart('#');
            if (text.Length == 6 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint colour))
                return new PictureColor((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour);
            result.AddError($"--background: expected a colour such as FFFFFF for white, got \"{result.Tokens[0].Value}\".");
            return default;
        },
    };

    /// <summary>Leaves out what cannot be used.</summary>
    public static Option<bool> SkipBroken { get; } = new("--skip-broken")
    {
        Description = "Leave out pictures that cannot be read, and list them [default: refuse, and list them]",
    };

    /// <summary>The table of pictures that is given where layers are given otherwise; null for none.</summary>
    public static string? Table(ParseResult result) =>
        result.GetValue<string[]>("LAYERS") is [var word, ..] && ImageFolder.IsTable(word) ? word : null;

    /// <summary>All of them.</summary>
    public static Option[] All { get; } = [Size, Stretch, Gray, Background, SkipBroken];

    /// <summary>The settings where nothing is said: pictures are trained on in another way than the tutorial's images.</summary>
    /// <param name="data">The data that is named; null for none.</param>
    /// <param name="tested">Whether test data is named.</param>
    /// <param name="fitsNetwork">Whether the network is made for the pictures.</param>
    /// <param name="folds">Whether it is a cross validation, which holds nothing back by itself.</param>
    public static RunSettings Defaults(string? data, bool tested, bool fitsNetwork, bool folds)
    {
        if (data is null || NamedDatasets.Find(data) is not null || !RunData.IsPictures(data))
            return RunSettings.Tutorial;
        var own = fitsNetwork ? RunSettings.OfPictures : RunSettings.Tutorial with { Methods = RunMethods.None };
        double share = folds || (tested && !fitsNetwork) ? 0 : tested ? 0.1 : 0.2;
        return own with
        {
            Pictures = RunSettings.OfPictures.Pictures! with { FitsNetwork = fitsNetwork },
            Methods = own.Does with
            {
                Validation = share,
                KeepBest = share > 0,
                Monitor = share > 0 ? ValidationMetric.Accuracy : ValidationMetric.Loss,
            },
        };
    }

    /// <summary>The settings with what is asked for.</summary>
    /// <exception cref="UsageException">Options that mean nothing to the data.</exception>
    public static RunSettings Read(ParseResult result, RunSettings settings)
    {
        bool folder = settings.Data is not null && RunData.IsPictures(settings.Data);
        if (!folder)
        {
            if (All.FirstOrDefault(result.Has) is { } extra)
                throw new UsageException($"{extra.Name} is for a folder of pictures. Name one by --data, or leave it out.");
            return settings with { Pictures = null };
        }

        var pictures = settings.Pictures ?? RunSettings.OfPictures.Pictures! with { FitsNetwork = false, LogsEpochs = false };
        return settings with
        {
            Pictures = pictures with
            {
                Height = result.Given(Size)?.Height ?? pictures.Height,
                Width = result.Given(Size)?.Width ?? pictures.Width,
                Fit = result.GetValue(Stretch) ? PictureFit.Stretch : PictureFit.Crop,
                Channels = result.GetValue(Gray) ? 1 : pictures.Channels,
                Background = result.Given(Background) ?? pictures.Background,
                SkipBroken = result.GetValue(SkipBroken),
            },
        };
    }

    /// <summary>Says of which classes no image is held out, or none trained on.</summary>
    public static void Say(TrainingRun run)
    {
        if (run.NotTrained is { Count: > 0 } unseen)
            Output.Say($"note: no image is trained on of {string.Join(", ", unseen)}; --stratified trains on each class.");
        if (run.NotHeldBack is { Count: > 0 } untested)
            Output.Say($"note: no image is held out of {string.Join(", ", untested)}, so the accuracy says nothing of it.");
    }

    /// <summary>Lists what was left out.</summary>
    public static void List(IReadOnlyList<BrokenPicture> skipped)
    {
        const int most = 20;
        if (skipped.Count == 0)
            return;
        Output.Say($"note: {skipped.Count} {(skipped.Count == 1 ? "picture is" : "pictures are")} left out:");
        foreach (var picture in skipped.Take(most))
            Output.Say($"  {picture.Reason}");
        if (skipped.Count > most)
            Output.Say($"  and {skipped.Count - most} more");
    }
}
