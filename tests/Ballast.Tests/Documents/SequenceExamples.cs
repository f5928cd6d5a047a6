namespace Ballast.Tests.Documents;

/// <summary>The examples of docs/sequences.md, run: the page's pieces stand here line by line.</summary>
public class SequenceExamples
{
    // Three sentences of 5, 2 and 4 words; 0 is padding.
    static readonly Tensor Words = Tensor.FromInt64([5, 3, 8, 2, 9, 4, 7, 0, 0, 0, 6, 2, 1, 3, 0], [3, 5]);

    static readonly long[] Lengths = [5, 2, 4];

    [Fact]
    public void Words_become_vectors_and_padding_learns_nothing()
    {
        var words = Words;
        var table = new Embedding(1000, 64, paddingIdx: 0);
        var vectors = table.Forward(words); // [N, T] becomes [N, T, 64]
        var optimizer = new SparseAdam(table.Parameters(), learningRate: 1e-3);
        Assert.Equal([3, 5, 64], vectors.Shape.ToArray());
        float[] before = table.Weight.ToArray();
        vectors.Sum().Backward();
        optimizer.Step();
        float[] after = table.Weight.ToArray();
        var moved = Enumerable.Range(0, 1000).Where(row => !before.AsSpan(row * 64, 64).SequenceEqual(after.AsSpan(row * 64, 64)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], moved);
    }

    [Fact]
    public void Layers_give_all_states_and_the_last()
    {
        var vectors = Tensor.Randn([3, 5, 64]);
        var lstm = new LSTM(64, 128, numLayers: 2, batchFirst: true, dropout: 0.2, bidirectional: true);
        var (y, (h, c)) = lstm.Forward(vectors, null); // [N, T, 256], and [4, N, 128] each
        var sentence = Tensor.Concat([h[^2], h[^1]], axis: -1); // the last layer's, forwards and backwards: [N, 256]
        Assert.Equal([3, 5, 256], y.Shape.ToArray());
        Assert.Equal([4, 3, 128], h.Shape.ToArray());
        Assert.Equal([4, 3, 128], c.Shape.ToArray());
        Assert.Equal([3, 256], sentence.Shape.ToArray());
    }

    [Fact]
    public void Packed_sequences_end_where_they_end()
    {
        var vectors = Tensor.Randn([3, 5, 64]);
        var lstm = new LSTM(64, 128, batchFirst: true);
        var lengths = Lengths;
        var packed = Sequences.PackPaddedSequence(vectors, lengths, batchFirst: true, enforceSorted: false);
        var (output, last) = lstm.Forward(packed); // last.H: of each sequence's own last step
        var (padded, back) = Sequences.PadPackedSequence(output, batchFirst: true); // [N, T, 128], zeros past the ends
        Assert.Equal(lengths, back);
        for (int n = 0; n < 3; n++)
        {
            Assert.Equal(last.H.Select(0, 0).Select(0, n).ToArray(), padded.Select(0, n).Select(0, (int)lengths[n] - 1).ToArray());
            Assert.All(padded[n, (int)lengths[n]..].ToArray(), static value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void A_state_goes_on_from_part_to_part()
    {
        var gru = new GRU(8, 16);
        var steps = Tensor.Randn([40, 1, 8]);
        Tensor? state = null;
        float[] whole = gru.Forward(steps).ToArray();
        List<float> parts = [];
        for (int start = 0; start < 40; start += 10)
        {
            (var y, state) = gru.Forward(steps[start..(start + 10)], state);
            state = state.Detach(); // gradients go back through this part alone
            parts.AddRange(y.ToArray());
        }

        Near.Equal(whole, parts.ToArray(), 1e-6);
    }

    [Fact]
    public void Masks_leave_padding_and_what_is_to_come_out()
    {
        var words = Words;
        var vectors = Tensor.Randn([3, 5, 64]);
        var attention = new MultiheadAttention(64, 4, batchFirst: true);
        var isPadding = words.EqualTo(Tensor.FromInt64([0])); // [N, T], true where a place is left out
        var later = Tensor.Ones([5, 5]).Triu(1) > Tensor.Zeros([1]); // [T, T], true where a place is still to come
        var (y, weights) = attention.Forward(vectors, vectors, vectors, isPadding, attnMask: later); // [N, T, 64] and [N, T, T]
        Assert.Equal([3, 5, 64], y.Shape.ToArray());
        float[] seen = weights!.ToArray();
        for (int i = 0; i < seen.Length; i++)
        {
            var (n, t, s) = (i / 25, i / 5 % 5, i % 5);
            if (s > t || s >= Lengths[n])
                Assert.Equal(0, seen[i]);
        }

        var (q, k, v) = (Tensor.Randn([2, 4, 9, 16]), Tensor.Randn([2, 4, 9, 16]), Tensor.Randn([2, 4, 9, 16]));
        var heads = Functional.ScaledDotProductAttention(q, k, v, isCausal: true); // [N, heads, T, D]
        var sees = Tensor.Ones([9, 9]).Tril() > Tensor.Zeros([1]); // here true is what a query sees
        Near.Equal(Functional.ScaledDotProductAttention(q, k, v, sees).ToArray(), heads.ToArray(), 1e-6);
    }

    [Fact]
    public void An_encoder_reads_padded_sentences()
    {
        var words = Words;
        var table = new Embedding(1000, 64, paddingIdx: 0);
        var layer = new TransformerEncoderLayer(64, nhead: 4, dimFeedforward: 128, batchFirst: true, normFirst: true);
        var encoder = new TransformerEncoder(layer, numLayers: 2, new LayerNorm(64));
        var isPadding = words.EqualTo(Tensor.FromInt64([0]));
        var memory = encoder.Forward(table.Forward(words), null, isPadding); // [N, T, 64]
        var isWord = isPadding.LogicalNot().To(ElementType.Float32).Unsqueeze(2); // [N, T, 1]
        var mean = (memory * isWord).Sum([1]) / isWord.Sum([1]); // of the words alone: [N, 64]
        Assert.Equal([3, 64], mean.Shape.ToArray());
        Assert.All(mean.ToArray(), static value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Normalization_over_words_alone()
    {
        var words = Words;
        var vectors = Tensor.Randn([3, 5, 64]);
        var norm = new MaskedBatchNorm1d(64);
        var mask = words.NotEqualTo(Tensor.FromInt64([0])).To(ElementType.Float32); // [N, L]: 1 is a word
        var normalized = norm.Forward(vectors.Transpose(1, 2), mask); // [N, C, L], 0 at padding
        Assert.Equal([3, 64, 5], normalized.Shape.ToArray());
        Assert.All(normalized[1, .., 2..].ToArray(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_loss_that_leaves_padding_out()
    {
        var logits = new Parameter(Tensor.Randn([3, 4, 1000]));
        var words = Words;
        var targets = words[.., 1..]; // each word is told from those before it
        var loss = Functional.CrossEntropy(logits.Reshape(-1, 1000), targets.Reshape(-1), ignoreIndex: 0);
        loss.Backward();
        Assert.All(logits.Grad![1, 1..].ToArray(), static value => Assert.Equal(0, value));
        Assert.Contains(logits.Grad![1, ..1].ToArray(), static value => value != 0);
    }
}
