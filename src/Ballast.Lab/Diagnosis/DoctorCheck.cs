namespace Ballast.Lab;

/// <summary>A look for one thing that goes wrong. Each of Ballast's own is a class in a file of its own and a line in
/// <c>DoctorChecks</c>; one's own is given to <see cref="DoctorOptions.Checks"/>.</summary>
/// <remarks>A check looks and changes nothing: no parameter, statistic, mode or generator.</remarks>
public abstract class DoctorCheck
{
    /// <summary>Its name, which findings carry and under which the documentation has it.</summary>
    public abstract string Name { get; }

    /// <summary>Where to read on.</summary>
    public abstract string Reference { get; }

    /// <summary>Whether there is nothing to look for in a network without batch normalization.</summary>
    public virtual bool NeedsNorms => true;

    /// <summary>Whether there is something to look for in a network whose batch normalizations are all nodes of graphs.</summary>
    internal virtual bool LooksInside => false;

    /// <summary>What is missing to make it, a sentence that <see cref="Diagnosis.Skipped"/> gives as the reason; null where nothing is.
    /// </summary>
    /// <param name="examination">The network, and what is known besides.</param>
    public virtual string? Missing(Examination examination) => null;

    /// <summary>Makes it. It is called once in an examination, after the network was run on the batches, where nothing is
    /// <see cref="Missing"/>.</summary>
    /// <param name="examination">The network, and what is known besides.</param>
    /// <returns>What was found; nothing where all is well.</returns>
    public abstract IEnumerable<Finding> Find(Examination examination);

    /// <summary>The reason of a check that the network has to be run for.</summary>
    protected const string NeedsBatches = "It needs training data to run the network on.";

    /// <summary>The reason of a check that goes by the loss.</summary>
    protected const string NeedsLoss = "It needs a loss of the network's outputs.";

    /// <summary>The reason of a check that goes by what was learned.</summary>
    protected const string NeedsTrained = "It needs a trained network.";

    /// <summary>The reason of a check that looks at the samples themselves.</summary>
    internal const string NeedsLoader = "It needs the training data as a DataLoader.";

    /// <summary>Makes a finding. Evidence that is not a number was not to be had and is left out.</summary>
    /// <param name="severity">How much it matters.</param>
    /// <param name="confidence">How sure it is.</param>
    /// <param name="layer">The name of the layer; empty where it is the network as a whole.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="evidence">What it was seen by: numbers by their names.</param>
    protected Finding Found(
        Severity severity, Confidence confidence, string layer, string message, string remedy,
        params ReadOnlySpan<(string Name, double Value)> evidence)
    {
        var numbers = new Dictionary<string, double>();
        foreach (var (name, value) in evidence)
        {
            if (!double.IsNaN(value))
                numbers.Add(name, value);
        }

        return new Finding(Name, severity, confidence, layer, message, numbers, remedy, Reference);
    }

    /// <summary><c>layers.2, layers.5 and 3 more</c>.</summary>
    protected static string List(IReadOnlyList<string> names) => List(names, names.Count);

    /// <summary>The same where <paramref name="names"/> are only the first of <paramref name="count"/>.</summary>
    internal static string List(IReadOnlyList<string> names, int count)
    {
        const int Shown = 4;
        return count <= Shown ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Shown))} and {count - Shown} more";
    }
}
