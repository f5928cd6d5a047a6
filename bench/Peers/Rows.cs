namespace Ballast.Peers;

/// <summary>The table of rows. A new one is one more line in the file of its kind.</summary>
static class Rows
{
    public static IReadOnlyList<Row> All { get; } =
    [
        .. ElementRows.All, .. SmallRows.All, .. OwnRows.All, .. LayerRows.All, .. OddRows.All, .. SequenceRows.All, .. ConvolutionRows.All,
        .. ProductRows.All, .. OptimizerRows.All, .. NetworkRows.All,
    ];
}
