namespace Ballast.Tests.Plain;

/// <summary>Layers of sequences on the default backend against their plain meaning.</summary>
public class PlainSequenceTests : BackendComparison
{
    static Tensor Data(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed), new Shape(sizes));

    [Fact]
    public void Embeddings()
    {
        var index = Tensor.FromInt64([.. Enumerable.Range(0, 60).Select(static i => i * i % 7L)], [4, 15]);
        foreach (bool scales in new[] { false, true })
        {
            foreach (int? padding in new int?[] { null, 1, -1 })
            {
                Check($"embedding, padding {padding}, scaled {scales}",
                    t => Functional.Embedding(index, t[0], padding, scaleGradByFreq: scales), Data(1, 7, 300));
            }
        }

        foreach (var mode in Enum.GetValues<EmbeddingBagMode>())
            Check($"bag, {mode}", t => Functional.EmbeddingBag(index, t[0], mode: mode, paddingIdx: 1), Data(1, 7, 30));
        Conclude();
    }
}
