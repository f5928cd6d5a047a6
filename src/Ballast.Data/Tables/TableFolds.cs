namespace Ballast;

/// <summary>The rows of one fold of a cross validation, counted from 0 among those with a target.</summary>
/// <param name="Train">The rows that are trained on.</param>
/// <param name="Held">The rows that are held out of the others, and looked at after each epoch.</param>
/// <param name="Test">The rows of the fold, which training sees nothing of.</param>
public sealed record TableFold(IReadOnlyList<int> Train, IReadOnlyList<int> Held, IReadOnlyList<int> Test);

/// <summary>Divides the rows of a table that have a target for cross validation: each is tested on once, by a network that has not seen it.
/// </summary>
public static class TableFolds
{
    /// <summary>The folds, by <see cref="KFold"/>: at random, each with the classes in the proportion of the whole, or of whole groups. What is
    /// held out of a fold's training rows is drawn likewise.</summary>
    /// <param name="path">The file.</param>
    /// <param name="targets">The columns that are predicted; by classes only one is stratified.</param>
    /// <param name="kind">How rows are drawn; not <see cref="TableHoldOut.Last"/>.</param>
    /// <param name="column">The column of groups; null for the other kinds.</param>
    /// <param name="folds">How many folds, 2 or more.</param>
    /// <param name="share">The share of a fold's training rows that is held out.</param>
    /// <param name="seed">The seed by which rows are drawn; the folds of groups follow from the groups alone.</param>
    /// <exception cref="ArgumentException">A share or a number of folds that leaves too few rows, groups or rows of a class.</exception>
    /// <exception cref="InvalidDataException">A table that cannot be read, a column that there is not, or a missing value in it.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static IReadOnlyList<TableFold> Of(
        string path, IReadOnlyList<string> targets, TableHoldOut kind, string? column, int folds, double share, long seed)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (kind == TableHoldOut.Last)
            throw new ArgumentException("Folds are tested on in turn, also those before the rows trained on: rows in the order of time make none.");
        var (count, labels) = TableSplit.Labels(path, targets, kind, column);
        if (kind == TableHoldOut.Stratified
            && labels.CountBy(static label => label).MinBy(static own => own.Value) is { Value: var few, Key: var rare } && few < folds)
        {
            int first = Array.IndexOf(labels, rare) + 1;
            throw new ArgumentException($"{path}: one value of {targets[0]}, that of row {first} of those with one, is in {few} "
                + $"{(few == 1 ? "row" : "rows")}. Each of {folds} folds needs one of each class: take fewer folds, or do not stratify.");
        }

        var parts = kind switch
        {
            TableHoldOut.Stratified => KFold.Stratified(labels, folds, seed),
            TableHoldOut.Groups => KFold.ByGroup(labels, folds),
            _ => KFold.Split(count, folds, seed),
        };
        return [.. parts.Select(fold =>
        {
            int[] own = [.. fold.Train.Select(row => kind == TableHoldOut.Random ? 0 : labels[row])];
            var (train, held) = TableSplit.Divide(own, kind, share, seed);
            return new TableFold([.. train.Select(i => fold.Train[i])], [.. held.Select(i => fold.Train[i])], fold.Test);
        })];
    }
}
