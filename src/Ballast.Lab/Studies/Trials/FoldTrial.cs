namespace Ballast.Lab;

/// <summary>Trains on all folds but one and tests on that one. Each fold begins as a fresh program with the seed would, and its
/// order is drawn straight from the default generator, as PyTorch's <c>SubsetRandomSampler</c> does.</summary>
sealed class FoldTrial : TrainTrial
{
    public override string Name => "fold";

    public override TrialResult Run(TrialContext context)
    {
        var fold = Folds(context)[context.Repeat.Fold!.Value - 1];
        var network = context.Build();
        var optimizer = context.Optimizer(network);
        var loader = DataLoader.OfSubset(
            context.Train, [.. fold.Train], context.Settings.BatchSize, context.Settings.DropLast, RunTraining.Transforms(context.Settings));
        return Train(context, network, optimizer, loader, context.Train.Subset([.. fold.Test]));
    }

    static IReadOnlyList<Fold> Folds(TrialContext context)
    {
        var definition = context.Definition;
        if (definition.Group is { } column)
        {
            return KFold.ByGroup(context.Groups is { } groups && groups.Count == context.Train.Count ? groups
                : throw new ArgumentException($"Expected the {column} of each image, by which folds are made. Images need to be listed in a table."),
                definition.Folds);
        }

        if (!definition.Stratified)
            return KFold.Split(context.Train.Count, definition.Folds, context.Repeat.Seed);
        int[] labels = [.. Enumerable.Range(0, context.Train.Count).Select(context.Train.Label)];
        return KFold.Stratified(labels, definition.Folds, context.Repeat.Seed);
    }
}
