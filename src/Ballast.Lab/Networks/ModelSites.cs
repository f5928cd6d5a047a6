namespace Ballast.Lab;

/// <summary>The sites of a model of the library that is no chain: its batch normalizations, in the order of the state's keys. What is
/// placed is a <see cref="NormalizedModel"/>.</summary>
sealed class ModelSites(NamedNetwork model) : NormalizationSites
{
    readonly Lazy<int> count = new(() => NormalizedModel.Count(model));

    public override int Count => count.Value;

    public override bool IsChain => false;

    public override string? Word => "batchnorm";

    public override string Normalized => model.Name;

    public override string Without => $"{model.Name} none";

    public override string Describe(int site) => throw NoChain();

    public override string Place(Func<int, string> word, bool after = false, int? site = null)
    {
        if (site is not null)
            throw NoChain();
        string[] words = [.. Enumerable.Range(0, Count).Select(word)];
        string all = words.Distinct().Count() == 1 ? words[0] : string.Join(' ', words);
        return !after && all == Word ? model.Name : $"{model.Name} {(after ? "after" : "before")} {all}";
    }

    ArgumentException NoChain() => new(
        $"{model.Name} is not a chain of layers: its normalizations hang together by the ways around them, and are placed all at once. "
        + "Leave the single layers out (--per-layer), or give a chain: layers of your own, mlp or vgg-small.");
}
