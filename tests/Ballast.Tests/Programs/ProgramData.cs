namespace Ballast.Tests.Programs;

/// <summary>The data of the programs, drawn as programs.py draws them.</summary>
static class ProgramData
{
    /// <summary>Pictures of classes: each class has its pattern, each picture its noise.</summary>
    public static (Tensor Images, Tensor Labels) Pictures(int count, int channels, int size, int classes)
    {
        var patterns = Tensor.Rand([classes, channels, size, size]);
        var labels = Tensor.RandInt(classes, [count]);
        return (patterns.Index(0, labels) * 0.6 + Tensor.Rand([count, channels, size, size]) * 0.4, labels);
    }

    /// <summary>Tokens of which the next one is one of three that follow from the last.</summary>
    public static Tensor Text(int count, int tokens)
    {
        long[] text = Tensor.RandInt(3, [count]).ToArray<long>();
        long token = 0;
        for (int i = 0; i < count; i++)
            text[i] = token = (token * 3 + 1 + text[i]) % tokens;
        return Tensor.FromInt64(text);
    }

    /// <summary>A graph whose edges are mostly between nodes of one class: features, adjacency with every node beside itself, classes.</summary>
    public static (Tensor X, Tensor Adjacency, Tensor Labels) Communities(int count, int classes, int features)
    {
        var labels = Tensor.RandInt(classes, [count]);
        var same = labels.Unsqueeze(0).EqualTo(labels.Unsqueeze(1)).To(ElementType.Float32);
        var edges = (Tensor.Rand([count, count]) < same * 0.25 + 0.02).To(ElementType.Float32);
        var adjacency = edges.Maximum(edges.Transpose()).Maximum(Tensor.Eye(count));
        return (labels.OneHot(features).To(ElementType.Float32) * 0.5 + Tensor.Randn([count, features]), adjacency, labels);
    }

    /// <summary>The batches of one epoch after the other.</summary>
    public static IEnumerable<Batch> Forever(DataLoader loader)
    {
        while (true)
        {
            foreach (var batch in loader)
                yield return batch;
        }
    }
}
