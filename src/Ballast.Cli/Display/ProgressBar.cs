using System.Globalization;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>The line of a progress bar: what is done, a bar, a percentage, and what else there is to say.</summary>
/// <param name="unicode">Whether the terminal has lines to draw with.</param>
sealed class ProgressBar(bool unicode)
{
    const int Longest = 24, Shortest = 4;

    int step;

    /// <summary>Draws it.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="share">How much of it is done; null where that is not known: then a short piece wanders.</param>
    /// <param name="detail">What else there is to say.</param>
    /// <param name="width">How many cells there are. The bar is shortened first, then the end is cut.</param>
    public string Draw(string what, double? share, string detail, int width)
    {
        string percent = share is { } done ? string.Create(CultureInfo.InvariantCulture, $" {Math.Clamp((int)(100 * done), 0, 100),3} %") : "";
        string rest = detail.Length > 0 ? $"{percent} {detail}" : percent;
        int length = Math.Clamp(width - what.GetCellWidth() - 1 - rest.GetCellWidth(), Shortest, Longest);
        string line = $"{what} {Bar(share, length)}{rest}";
        while (line.GetCellWidth() > width)
            line = line[..^1];
        return line;
    }

    string Bar(double? share, int length)
    {
        var (full, empty) = unicode ? ('━', '╌') : ('#', '-');
        if (share is { } done)
        {
            int filled = Math.Clamp((int)Math.Round(done * length), 0, length);
            return new string(full, filled) + new string(empty, length - filled);
        }

        int at = step++ % (length - Shortest + 1);
        return new string(empty, at) + new string(full, Shortest) + new string(empty, length - at - Shortest);
    }
}
