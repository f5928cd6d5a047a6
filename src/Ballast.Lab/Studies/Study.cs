namespace Ballast.Lab;

/// <summary>A question that Ballast knows how to study. Its definition is data; this makes it.</summary>
public sealed class Study
{
    readonly Func<StudyOptions, StudyData, StudyDefinition> define;

    internal Study(
        string name, string summary, RunSettings settings, Func<StudyOptions, StudyData, StudyDefinition> define)
    {
        Name = name;
        Summary = summary;
        Settings = settings;
        this.define = define;
    }

    /// <summary>Its name, one word: <c>placement</c>.</summary>
    public string Name { get; }

    /// <summary>What it asks, in a few words.</summary>
    public string Summary { get; }

    /// <summary>How it trains where nothing else is asked.</summary>
    public RunSettings Settings { get; }

    /// <summary>Whether it tests on parts of the images to train on, so that none are held out.</summary>
    public bool IsCrossValidation => this == KFoldStudy.Study;

    /// <summary>The cross validation of one network, which <c>ballast train --folds</c> makes.</summary>
    /// <inheritdoc cref="KFoldStudy.OfNetwork"/>
    public static StudyDefinition Folds(RunSettings settings, int folds, bool stratified, StudyData data, string? group = null) =>
        KFoldStudy.OfNetwork(settings, folds, stratified, data, group);

    /// <summary>All of them. A new one is one more entry here.</summary>
    public static IReadOnlyList<Study> All { get; } =
    [
        PlacementStudy.Study, NormalizersStudy.Study, BatchSizeStudy.Study, LearningRateStudy.Study, ShiftStudy.Study,
        LandscapeStudy.Study, KFoldStudy.Study, AdaptStudy.Study, OptimizerStudy.Study, InitStudy.Study, DropoutStudy.Study,
        WithoutNormalizationStudy.Study, FineTuneStudy.Study,
    ];

    /// <summary>The study of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message suggests the nearest.</exception>
    public static Study Find(string name) =>
        All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no study \"{name}\". {Suggestion.Of(name, All.Select(static known => known.Name))}");

    /// <summary>Makes the definition for some images.</summary>
    /// <param name="options">What is asked.</param>
    /// <param name="data">The images.</param>
    /// <exception cref="LayerTextException">A mistake in the layers.</exception>
    /// <exception cref="ArgumentException">Something asked that cannot be studied.</exception>
    public StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var definition = define(options, data);
        definition.Check();
        return definition;
    }
}
