namespace Ballast.Tests.Plain;

/// <summary>Layers of sequences in random networks: [N, C, H, W] are N sequences of H W steps with C features each.</summary>
static class SequenceKinds
{
    /// <summary>A layer over the positions of a value; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank == 2)
            return shape[1] > 16 ? null : random.Next(2) == 0 ? Cell(random, shape, from) : Table(random, shape, from);
        if (shape.Rank != 4 || shape.Length > 3000 || shape[1] > 16 || shape[2] * shape[3] > 30)
            return null;
        return random.Next(5) switch
        {
            0 or 1 => Recurrent(random, shape, from),
            2 => Attention(random, shapes, from),
            3 => random.Next(3) == 0 ? Products(random, shape, from) : TransformerKinds.Grow(random, shapes, from),
            _ => Table(random, shape, from),
        };
    }

    /// <summary>[N, C, H, W] as [N, H W, C].</summary>
    public static Tensor Steps(Tensor x) => x.Flatten(2).Transpose(1, 2);

    /// <summary>[N, H W, C] as an image of a shape.</summary>
    public static Tensor Image(Tensor y, Shape shape) => y.Transpose(1, 2).Unflatten(2, shape[2], shape[3]);

    static (Layer, long)? Recurrent(Random random, Shape shape, int from)
    {
        int batch = shape[0], features = shape[1], steps = shape[2] * shape[3], hidden = random.Next(1, random.Next(3) == 0 ? 36 : 10);
        int layers = random.Next(3) == 0 ? 2 : 1, kind = random.Next(4), directions = random.Next(3) == 0 ? 2 : 1;
        bool both = directions == 2, bias = random.Next(4) > 0, batchFirst = random.Next(2) == 0, begins = random.Next(2) == 0;
        double dropout = layers > 1 && random.Next(2) == 0 ? 0.3 : 0;
        RNNBase module = kind switch
        {
            0 => new GRU(features, hidden, layers, bias, batchFirst, dropout, both),
            1 => new RNN(features, hidden, layers, random.Next(2) == 0 ? RNNNonlinearity.Tanh : RNNNonlinearity.ReLU, bias, batchFirst, dropout, both),
            _ => new LSTM(features, hidden, layers, bias, batchFirst, dropout, both),
        };
        long[]? lengths = random.Next(4) == 0 ? [.. Enumerable.Range(0, batch).Select(_ => (long)random.Next(1, steps + 1))] : null;
        return (new Layer($"{module} over positions{(lengths is null ? "" : $", packed {string.Join(' ', lengths)}")}{(begins ? ", from states" : "")}",
            [from], module, x =>
            {
                var sequence = batchFirst ? Steps(x[0]) : Steps(x[0]).Transpose(0, 1);
                var state = begins
                    ? (x[0].Mean([1, 2, 3]).Unsqueeze(0).Unsqueeze(2) * Tensor.From(Draw.Floats(layers * directions * hidden, hidden), [layers * directions, 1, hidden])) : null;
                Tensor y, last;
                if (lengths is not null)
                {
                    var packed = Sequences.PackPaddedSequence(sequence, lengths, batchFirst, enforceSorted: false);
                    var (output, states) = Forward(module, packed, state);
                    y = Sequences.PadPackedSequence(output, batchFirst, totalLength: steps).Padded;
                    last = states;
                }
                else
                {
                    (y, last) = Forward(module, sequence, state);
                }

                y = batchFirst ? y : y.Transpose(0, 1);
                return Image(y + last.Sum([0, 2]).Unsqueeze(1).Unsqueeze(2), shape);
            }), (long)batch * steps * 4 * hidden * (features + hidden * layers * directions) * directions * layers);
    }

    static (Tensor, Tensor) Forward(RNNBase module, Tensor x, Tensor? state)
    {
        if (module is LSTM lstm)
        {
            var (y, (h, c)) = lstm.Forward(x, state is null ? null : (state, state * 0.5));
            return (y, h + c);
        }

        return module is GRU gru ? gru.Forward(x, state) : ((RNN)module).Forward(x, state);
    }

    static (PackedSequence, Tensor) Forward(RNNBase module, PackedSequence x, Tensor? state)
    {
        if (module is LSTM lstm)
        {
            var (y, (h, c)) = lstm.Forward(x, state is null ? null : (state, state * 0.5));
            return (y, h + c);
        }

        return module is GRU gru ? gru.Forward(x, state) : ((RNN)module).Forward(x, state);
    }

    // Two steps of a cell on the same input.
    static (Layer, long)? Cell(Random random, Shape shape, int from)
    {
        int features = shape[1], hidden = random.Next(1, 20);
        bool bias = random.Next(3) > 0;
        Module module = random.Next(3) switch
        {
            0 => new LSTMCell(features, hidden, bias),
            1 => new GRUCell(features, hidden, bias),
            _ => new RNNCell(features, hidden, bias, random.Next(2) == 0 ? RNNNonlinearity.Tanh : RNNNonlinearity.ReLU),
        };
        return (new Layer($"{module} twice", [from], module, x =>
        {
            if (module is LSTMCell cell)
            {
                var (h, c) = cell.Forward(x[0], cell.Forward(x[0], null));
                return h + c;
            }

            return module is GRUCell gru ? gru.Forward(x[0], gru.Forward(x[0], null)) : ((RNNCell)module).Forward(x[0], ((RNNCell)module).Forward(x[0], null));
        }), (long)shape[0] * 8 * hidden * (features + hidden));
    }

    /// <summary>True or minus infinity where nothing is seen; the first key always is.</summary>
    public static Tensor Mask(Random random, Shape shape, bool isAdded)
    {
        bool[] hidden = [.. Enumerable.Range(0, shape.Length).Select(i => i % shape[^1] > 0 && random.Next(3) == 0)];
        return isAdded
            ? Tensor.From(Array.ConvertAll(hidden, hides => hides ? float.NegativeInfinity : random.NextSingle()), shape)
            : Tensor.FromBool(hidden, shape);
    }

    /// <summary>Another value with as many samples that is not much longer, or the same.</summary>
    public static int Memory(Random random, List<Shape> shapes, int from)
    {
        int other = random.Next(shapes.Count);
        var (a, b) = (shapes[from], shapes[other]);
        return b.Rank == 4 && b[0] == a[0] && b[2] * b[3] <= 30 && b[1] <= 16 ? other : from;
    }

    static (Layer, long)? Attention(Random random, List<Shape> shapes, int from)
    {
        int other = random.Next(2) == 0 ? from : Memory(random, shapes, from);
        var (shape, memory) = (shapes[from], shapes[other]);
        int batch = shape[0], features = shape[1], queries = shape[2] * shape[3], keys = memory[2] * memory[3];
        int heads = features % 2 == 0 ? random.Next(1, 3) : 1;
        bool batchFirst = random.Next(2) == 0, weights = random.Next(4) == 0;
        var module = new MultiheadAttention(
            features, heads, random.Next(4) == 0 ? 0.2 : 0, random.Next(4) > 0, random.Next(6) == 0, random.Next(6) == 0, memory[1], memory[1], batchFirst);
        var hidden = random.Next(4) == 0 ? Mask(random, [batch, keys], random.Next(2) == 0) : null;
        var mask = random.Next(3) switch
        {
            0 => null,
            1 => Mask(random, [queries, keys], hidden?.ElementType != ElementType.Bool),
            _ => Mask(random, [batch * heads, queries, keys], hidden?.ElementType != ElementType.Bool),
        };
        string name = $"{module} of {memory}{(mask is null ? "" : $", masked {mask.ElementType} {mask.Shape}")}{(hidden is null ? "" : ", keys left out")}";
        return (new Layer($"{name}{(weights ? ", with its weights" : "")}", [from, other], module, x =>
        {
            Tensor Ordered(Tensor value) => batchFirst ? Steps(value) : Steps(value).Transpose(0, 1);
            Tensor query = Ordered(x[0]), key = ReferenceEquals(x[0], x[1]) ? query : Ordered(x[1]);
            var (y, shares) = module.Forward(query, key, key, hidden, weights, mask);
            y = batchFirst ? y : y.Transpose(0, 1);
            return Image(shares is null ? y : y + shares.Amax([2], keepAxes: true), shape);
        }), (long)batch * (queries + keys) * 4 * features * Math.Max(features, memory[1]) + (long)batch * queries * keys * 4 * features);
    }

    // Products without a module: causal or masked, of queries, keys and values of different sizes.
    static (Layer, long)? Products(Random random, Shape shape, int from)
    {
        int steps = shape[2] * shape[3], kind = random.Next(4);
        var mask = kind > 1 ? Mask(random, [steps, steps], isAdded: true) : null;
        double? scale = random.Next(2) == 0 ? 0.7 : null;
        return (new Layer($"attention{(kind == 1 ? ", causal" : kind > 1 ? ", masked" : "")}", [from], null, x =>
        {
            var q = Steps(x[0]);
            return Image(Functional.ScaledDotProductAttention(q, q.Tanh(), Tensor.Concat([q, q.Square()], 2), mask, isCausal: kind == 1, scale: scale), shape);
        }), (long)shape[0] * steps * steps * 4 * shape[1]);
    }

    // Rows of a table by numbers, some of them several times, times what stands at their places.
    static (Layer, long)? Table(Random random, Shape shape, int from)
    {
        int features = shape[1], positions = shape.Length / shape[0] / features, rows = random.Next(1, 8), taken = random.Next(1, 4);
        int? padding = random.Next(2) == 0 ? random.Next(rows) : null;
        bool scales = random.Next(3) == 0, bags = random.Next(2) == 0;
        int count = shape[0] * positions * (bags ? taken : 1);
        var index = Tensor.FromInt64([.. Enumerable.Range(0, count).Select(_ => (long)random.Next(rows))], bags ? [count / taken, taken] : [shape[0], positions]);
        var mode = (EmbeddingBagMode)random.Next(3);
        Module module = bags
            ? new EmbeddingBag(rows, features, scaleGradByFreq: scales && mode != EmbeddingBagMode.Max, mode: mode, paddingIdx: padding)
            : new Embedding(rows, features, padding, scaleGradByFreq: scales);
        bool weighted = bags && mode == EmbeddingBagMode.Sum && random.Next(2) == 0;
        return (new Layer($"{module}{(weighted ? ", weighted" : "")}", [from], module, x =>
        {
            var places = x[0].Flatten(1).Reshape(shape[0], features, positions).Transpose(1, 2);
            var y = !bags ? module.Forward(index)
                : ((EmbeddingBag)module).Forward(index, null, weighted ? places.Mean([2]).Reshape(-1, 1) * Tensor.Ones([1, taken]) : null);
            return (places * y.Reshape(shape[0], positions, features)).Transpose(1, 2).Reshape(shape);
        }), count * features * 4L);
    }
}
