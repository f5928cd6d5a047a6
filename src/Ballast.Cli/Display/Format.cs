using System.Globalization;

namespace Ballast.Cli;

/// <summary>Numbers as the command prints them; a dash for what was not measured.</summary>
static class Format
{
    const string Missing = "-";

    /// <summary>Three decimals, as the tutorial prints losses.</summary>
    public static string Loss(double? loss) => Number(loss, "F3");

    /// <summary>A share as percent with one decimal.</summary>
    public static string Percent(double? share) => Number(share, "0.0 %");

    /// <summary>How often the network saw each test image, where that was more than once.</summary>
    public static string Views(TestTimeAugmentation augmentation) => augmentation switch
    {
        TestTimeAugmentation.Flip => ", by the mean of 2 views (flip)",
        TestTimeAugmentation.FlipTranslate => ", by the mean of 6 views (flip-translate)",
        _ => "",
    };

    /// <summary>A count, with a comma before each three digits.</summary>
    public static string Count(double? count) => Number(count, "#,0");

    /// <summary>Seconds with two decimals.</summary>
    public static string Seconds(double? seconds) => Number(seconds, "0.00 s");

    /// <summary>Bytes in millions.</summary>
    public static string Megabytes(long bytes) => Number(bytes, "#,0,, MB");

    /// <summary>Hours, minutes and seconds; or less where there are none.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 60 => $"{time.Seconds} s",
        < 3600 => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Missing;
}
