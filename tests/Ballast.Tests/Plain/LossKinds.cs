namespace Ballast.Tests.Plain;

/// <summary>Losses in random networks, between a value and drawn targets or another value.</summary>
static class LossKinds
{
    /// <summary>A loss of a value, of rank 2 at least; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank is not (2 or 4) || shape.Length > 4000)
            return null;
        var reduction = (Reduction)random.Next(3);
        return random.Next(4) switch
        {
            0 => OfElements(random, shapes, from, reduction),
            1 => OfClasses(random, shape, from, reduction),
            2 => Margins(random, shape, from, reduction),
            _ => shape.Rank == 4 && shape[1] > 1 && shape[2] * shape[3] > 2 && random.Next(2) == 0
                ? Alignments(random, shape, from, reduction) : OfRows(random, shape, from, reduction),
        };
    }

    static (Layer, long)? Of<L>(string name, Reduction reduction, int[] from, L loss, Func<L, Tensor[], Tensor> compute, long products = 0) =>
        (new Layer($"{name}, {reduction}", from, null, x =>
        {
            var y = compute(loss, x);
            return y.Shape.Rank > 1 ? y : y.Reshape(y.Length, 1);
        })
        { Loss = loss }, products);

    static Tensor Drawn(Random random, Shape shape, float low, float high) =>
        Tensor.From([.. Enumerable.Range(0, shape.Length).Select(_ => low + (high - low) * random.NextSingle())], shape);

    static Tensor Labels(Random random, Shape shape, int classes, bool ignores = false) =>
        Tensor.FromInt64([.. Enumerable.Range(0, shape.Length).Select(i => ignores && i > 0 && random.Next(4) == 0 ? -100L : random.Next(classes))], shape);

    static Tensor Signs(Random random, Shape shape) =>
        Tensor.From([.. Enumerable.Range(0, shape.Length).Select(_ => random.Next(2) == 0 ? 1f : -1f)], shape);

    // A logistic of half the value: far from 0 and 1, where logarithms round anything to anything.
    static Tensor Share(Tensor x) => (x * 0.5).Tanh() * 0.45 + 0.5;

    static (Layer, long)? OfElements(Random random, List<Shape> shapes, int from, Reduction reduction)
    {
        var shape = shapes[from];
        int other = shapes.FindIndex(candidate => candidate == shape);
        bool drawn = other == from || random.Next(2) == 0, flag = random.Next(2) == 0, full = drawn && random.Next(2) == 0;
        var target = Drawn(random, shape, -2, 2);
        var weights = Drawn(random, random.Next(2) == 0 ? shape : [shape[^1]], 0.2f, 2);
        Tensor Target(Tensor[] x) => drawn ? target : x[1];
        int[] inputs = drawn ? [from] : [from, other];
        return random.Next(10) switch
        {
            0 => Of("mse", reduction, inputs, new MSELoss(reduction), (loss, x) => loss.Forward(x[0], Target(x))),
            1 => Of("l1", reduction, inputs, new L1Loss(reduction), (loss, x) => loss.Forward(x[0], Target(x))),
            2 => Of("smooth l1", reduction, inputs, new SmoothL1Loss(reduction, 0.6), (loss, x) => loss.Forward(x[0], Target(x))),
            3 => Of("huber", reduction, inputs, new HuberLoss(reduction, 0.6), (loss, x) => loss.Forward(x[0], Target(x))),
            4 => Of("bce", reduction, inputs, new BCELoss(reduction, flag ? weights : null), (loss, x) => loss.Forward(Share(x[0]), Share(Target(x)))),
            5 => Of("bce with logits", reduction, inputs,
                new BCEWithLogitsLoss(flag ? null : weights, reduction, flag ? weights : null), (loss, x) => loss.Forward(x[0], Share(Target(x)))),
            6 => Of($"divergence, {flag}", reduction, inputs, new KLDivLoss(reduction, flag),
                (loss, x) => loss.Forward(x[0].LogSoftmax(1), flag ? Target(x).LogSoftmax(1) : Share(Target(x)))),
            7 => Of($"poisson, {flag}", reduction, inputs, new PoissonNLLLoss(flag, full, 1e-3, reduction),
                (loss, x) => loss.Forward(flag ? x[0].Tanh() : Share(x[0]), Target(x).Square())),
            8 => Of("gaussian", reduction, inputs, new GaussianNLLLoss(flag, 1e-3, reduction), (loss, x) => loss.Forward(x[0], Target(x), Share(x[0]))),
            _ => Of("soft margin", reduction, [from], new SoftMarginLoss(reduction), (loss, x) => loss.Forward(x[0], Target([x[0], target]).Sign())),
        };
    }

    static (Layer, long)? OfClasses(Random random, Shape shape, int from, Reduction reduction)
    {
        int classes = shape[1];
        Shape places = shape.Rank == 2 ? [shape[0]] : [shape[0], shape[2], shape[3]];
        var labels = Labels(random, places, classes, ignores: random.Next(2) == 0);
        float[]? weights = random.Next(2) == 0 ? [.. Enumerable.Range(0, classes).Select(_ => 0.2f + random.NextSingle())] : null;
        double smoothing = random.Next(2) == 0 ? 0.2 : 0;
        var shares = Drawn(random, shape, 0, 1);
        return random.Next(4) switch
        {
            0 => Of("likelihood", reduction, [from], new NLLLoss(weights, reduction: reduction), (loss, x) => loss.Forward(x[0].LogSoftmax(1), labels)),
            1 => Of($"cross entropy of shares, {smoothing}", reduction, [from], new CrossEntropyLoss(reduction, smoothing, weights), (loss, x) => loss.Forward(x[0], shares)),
            2 when shape.Rank == 2 => Of("entropy", reduction, [from], new EntropyLoss(reduction), (loss, x) => loss.Forward(x[0])),
            _ => Of($"cross entropy, {smoothing}", reduction, [from], new CrossEntropyLoss(reduction, smoothing, weights), (loss, x) => loss.Forward(x[0], labels)),
        };
    }

    // Scores [N, C] of classes, one of them or several the right ones.
    static (Layer, long)? Margins(Random random, Shape shape, int from, Reduction reduction)
    {
        int n = shape[0], classes = shape.Length / n, power = random.Next(1, 3);
        if (classes > 40)
            return null;
        var labels = Labels(random, [n], classes);
        float[]? weights = random.Next(2) == 0 ? [.. Enumerable.Range(0, classes).Select(_ => 0.2f + random.NextSingle())] : null;
        long[] owned = new long[n * classes];
        for (int i = 0; i < n; i++)
        {
            int count = random.Next(classes + 1);
            long[] mixed = [.. Enumerable.Range(0, classes).Select(static c => (long)c)];
            random.Shuffle(mixed);
            for (int c = 0; c < classes; c++)
                owned[i * classes + c] = c < count ? mixed[c] : -1;
        }

        var memberships = Tensor.FromInt64(owned, [n, classes]);
        var shares = Drawn(random, [n, classes], 0, 1);
        return random.Next(3) switch
        {
            0 => Of($"margins to the power {power}", reduction, [from],
                new MultiMarginLoss(power, 0.7, weights, reduction), (loss, x) => loss.Forward(x[0].Flatten(1), labels)),
            1 => Of("margins of several", reduction, [from], new MultiLabelMarginLoss(reduction), (loss, x) => loss.Forward(x[0].Flatten(1), memberships)),
            _ => Of("soft margins of several", reduction, [from],
                new MultiLabelSoftMarginLoss(weights, reduction), (loss, x) => loss.Forward(x[0].Flatten(1), shares)),
        };
    }

    // Distances and similarities of rows.
    static (Layer, long)? OfRows(Random random, Shape shape, int from, Reduction reduction)
    {
        int n = shape[0], width = shape.Length / n;
        if (width < 2)
            return null;
        Tensor other = Drawn(random, [n, width], -2, 2), signs = Signs(random, [n]), all = Signs(random, [n, width]);
        bool swap = random.Next(2) == 0;
        Func<Tensor, Tensor, Tensor> apart = static (a, b) => (a - b).Square().Sum([1]);
        return random.Next(6) switch
        {
            0 => Of($"triplets, {swap}", reduction, [from],
                new TripletMarginLoss(0.9, swap: swap, reduction: reduction), (loss, x) => loss.Forward(x[0].Flatten(1), other, x[0].Flatten(1).Tanh() - other)),
            1 => Of("triplets by squares", reduction, [from],
                new TripletMarginWithDistanceLoss(apart, 0.9, swap, reduction), (loss, x) => loss.Forward(x[0].Flatten(1), other, x[0].Flatten(1).Tanh() - other)),
            2 => Of("cosines", reduction, [from],
                new CosineEmbeddingLoss(0.2, reduction), (loss, x) => loss.Forward(x[0].Flatten(1) + other, other + x[0].Flatten(1).Sigmoid(), signs)),
            3 => Of("ranks", reduction, [from], new MarginRankingLoss(0.3, reduction), (loss, x) => loss.Forward(x[0].Flatten(1), other, all)),
            4 => Of("hinges", reduction, [from], new HingeEmbeddingLoss(0.8, reduction), (loss, x) => loss.Forward(x[0].Flatten(1), all)),
            _ => Of("distances and similarities", Reduction.None, [from], (object?)null, (_, x) =>
                Functional.PairwiseDistance(x[0].Flatten(1), other) + Functional.CosineSimilarity(x[0].Flatten(1) + other, other)),
        };
    }

    // The plain meaning goes through all paths, so there are few steps and classes.
    static (Layer, long)? Alignments(Random random, Shape shape, int from, Reduction reduction)
    {
        int n = shape[0], classes = Math.Min(4, shape[1]), most = Math.Min(5, shape[2] * shape[3]), blank = random.Next(classes);
        long[] steps = new long[n], counts = new long[n], labels = new long[n * 2];
        for (int i = 0; i < n; i++)
        {
            (steps[i], counts[i]) = (random.Next(3, most + 1), random.Next(3));
            for (int k = 0; k < 2; k++)
                labels[i * 2 + k] = (blank + random.Next(1, classes)) % classes;
        }

        return Of($"alignments with {blank} as the blank", reduction, [from], new CTCLoss(blank, reduction), (loss, x) => loss.Forward(
            x[0].Flatten(2).Permute(2, 0, 1).Narrow(0, 0, most).Narrow(2, 0, classes).LogSoftmax(2),
            Tensor.FromInt64(labels, [n, 2]), Tensor.FromInt64(steps, [n]), Tensor.FromInt64(counts, [n])), n * (long)Math.Pow(classes, most) * most);
    }
}
