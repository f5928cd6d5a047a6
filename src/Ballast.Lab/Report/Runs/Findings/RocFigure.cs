namespace Ballast.Lab;

/// <summary>The plot of receiver operating characteristics: of those with the answer and of those without, the shares that have at least some
/// probability of it.</summary>
static class RocFigure
{
    static readonly string[] Tones = ["with", "without", "third", "fourth", "fifth", "sixth"];

    /// <summary>How many curves can be told apart.</summary>
    public static int MostCurves => Tones.Length;

    /// <summary>Draws curves over the diagonal, which is guessing.</summary>
    /// <param name="without">What the horizontal axis shows.</param>
    /// <param name="with">What the vertical axis shows.</param>
    /// <param name="curves">The curves with their names, at most <see cref="MostCurves"/>.</param>
    public static PlotFigure Of(string without, string with, IEnumerable<(string Name, IReadOnlyList<(double X, double Y)> Points)> curves)
    {
        var figure = new PlotFigure("Receiver operating characteristic", PlotFigure.Unit, PlotFigure.Unit, without, with)
            .Line("soft", [(0, 0), (1, 1)], dashed: true);
        foreach (var (i, (name, points)) in curves.Index())
            figure.Line(Tones[i], points, name);
        return figure;
    }
}
