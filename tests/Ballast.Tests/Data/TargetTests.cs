namespace Ballast.Tests.Data;

/// <summary>Inputs and targets of any type, shape and number, from dataset to batch.</summary>
public class TargetTests
{
    static DataLoader Loader(Dataset dataset, int batchSize = 3, bool shuffle = false, int prefetch = 0) =>
        new(dataset, batchSize, shuffle, generator: new Generator(1), prefetch: prefetch);

    static float[] Count(int count) => [.. Enumerable.Range(0, count).Select(static i => (float)i)];

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Rows_of_tensors_become_batches_of_their_types_and_shapes(int prefetch)
    {
        var data = new TensorDataset(
            TensorList.Named(("numbers", Tensor.From(Count(14), [7, 2])), ("codes", Tensor.FromInt64([.. Enumerable.Range(0, 7)]))),
            [Tensor.From(Count(21), [7, 3]), Tensor.FromUInt8([0, 1, 2, 3, 4, 5, 6], [7])]);
        Assert.Equal((7, new Shape(2)), (data.Count, data.SampleShape));
        Assert.Equal([new("numbers", [2]), new("codes", [], ElementType.Int64)], data.Inputs);
        Assert.Equal([new("target", [3]), new("target1", [], ElementType.UInt8)], data.Targets);

        var batches = Loader(data, prefetch: prefetch).ToList();
        Assert.Equal([3, 3, 1], batches.Select(static batch => batch.Count));
        var second = batches[1];
        Assert.Equal([6, 7, 8, 9, 10, 11], second.Inputs.ToArray());
        Assert.Equal([3, 4, 5], second.AllInputs["codes"].ToArray<long>());
        Assert.Equal(second.AllInputs[0].ToArray(), second.AllInputs["numbers"].ToArray());
        Assert.Equal("[3, 3]", second.Targets.Shape.ToString());
        Assert.Equal([3, 4, 5], second.AllTargets[1].ToArray<byte>());
        Assert.Equal("numbers [3, 2], codes [3]", second.AllInputs.ToString());

        // Alone, one by one and in a subset they are the same.
        var sample = data.Get(4);
        Assert.Equal([8, 9], sample.Inputs["numbers"].ToArray());
        Assert.Equal(4, sample.Inputs["codes"].Item<long>());
        Assert.Equal([12, 13, 14], sample.Targets[0].ToArray());
        var subset = Loader(data.Subset(6, 0)).Single();
        Assert.Equal([6, 0], subset.AllInputs["codes"].ToArray<long>());
        Assert.Equal([18, 19, 20, 0, 1, 2], subset.Targets.ToArray());
    }

    [Fact]
    public void Classes_in_tensors_are_those_of_arrays_in_the_same_order()
    {
        var tensors = new TensorDataset(Tensor.From(Count(40), [20, 2]), Tensor.FromInt64([.. Enumerable.Range(0, 20)]));
        var arrays = new ArrayDataset(Count(40), [.. Enumerable.Range(0, 20)], [2]);
        Assert.Equal(7, tensors.Label(7));
        foreach (var (own, other) in Loader(tensors, shuffle: true).Zip(Loader(arrays, shuffle: true)))
        {
            Assert.Equal(other.Inputs.ToArray(), own.Inputs.ToArray());
            Assert.Equal(other.Targets.ToArray<long>(), own.Targets.ToArray<long>());
        }

        // Standardized, each sample is read on its own.
        var scale = new Standardization([1], [2]);
        var images = new TensorDataset(Tensor.From(Count(8), [2, 1, 2, 2]), Tensor.From(Count(2), [2]));
        var batch = Loader(images.Standardize(scale)).Single();
        Assert.Equal([-0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3], batch.Inputs.ToArray());
        Assert.Equal([0, 1], batch.Targets.ToArray());
    }

    [Fact]
    public void Samples_without_targets_have_empty_ones()
    {
        var batch = Loader(new TensorDataset(Tensor.From(Count(6), [3, 2]))).Single();
        Assert.Equal("[3, 0]", batch.Targets.Shape.ToString());
        Assert.Empty(batch.AllTargets);
        var (inputs, _) = batch;
        Assert.Equal(Count(6), inputs.ToArray());
        Assert.Equal("TensorList: there is no tensor 0; there are 0.", Assert.Throws<ArgumentException>(() => batch.AllTargets[0]).Message);
        Assert.Equal("TensorList: there is no tensor named left; there are 1, without names.",
            Assert.Throws<ArgumentException>(() => batch.AllInputs["left"]).Message);
    }

    // Pictures that stay bytes, each with a mask.
    sealed class Masks : ByteDataset
    {
        public override int Count => 5;

        public override Shape SampleShape => [1, 2, 2];

        public override IReadOnlyList<SampleField> Targets => [new("mask", [2, 2], ElementType.Int64)];

        public override ReadOnlySpan<byte> Bytes(int index) => (byte[])[(byte)index, 1, 2, 3];

        public override TensorList ReadTargets(int index) => TensorList.Named(("mask", Tensor.FromInt64([index, 1, 2, 3], [2, 2])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_dataset_of_bytes_may_have_masks(int prefetch)
    {
        var batch = Loader(new Masks().Subset(4, 2), prefetch: prefetch).Single();
        Assert.Equal("[2, 2, 2]", batch.Targets.Shape.ToString());
        Assert.Equal([4, 1, 2, 3, 2, 1, 2, 3], batch.AllTargets["mask"].ToArray<long>());
        Assert.Equal([4 / 255f, 1 / 255f], batch.Inputs.ToArray()[..2]);
        Assert.Equal([2, 1, 2, 3], new Masks().Get(2).Targets[0].ToArray<long>());
        Assert.Equal(
            "Masks: the samples have no classes, their targets are mask int64 [2, 2]. Override Label, or ask for ReadTargets.",
            Assert.Throws<ArgumentException>(() => new Masks().Label(0)).Message);
    }

    sealed class Sentences : SampleDataset
    {
        public override int Count => 4;

        // 1, 2, 3 and 4 tokens, and a tag for each.
        public override Sample Get(int index) => new(
            Tensor.FromInt64([.. Enumerable.Range(10, index + 1)]), Tensor.FromInt64([.. Enumerable.Repeat(index, index + 1)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Samples_of_unequal_lengths_are_padded_with_a_mask(int prefetch)
    {
        var loader = new DataLoader(new Sentences(), 3, generator: new Generator(1), prefetch: prefetch, collate: Collate.Pad(inputValue: 0));
        var batch = loader.First();
        Assert.Equal([10, 0, 0, 10, 11, 0, 10, 11, 12], batch.Inputs.ToArray<long>());
        Assert.Equal([0, -100, -100, 1, 1, -100, 2, 2, 2], batch.Targets.ToArray<long>());
        Assert.Equal([1, 2, 3], batch.AllInputs["lengths"].ToArray<long>());
        Assert.Equal([true, false, false, true, true, false, true, true, true], batch.AllInputs["mask"].ToArray<bool>());
        Assert.Equal(["input", "lengths", "mask"], batch.AllInputs.Names);
        Assert.Equal("[1, 4]", loader.Last().Inputs.Shape.ToString());

        Assert.Equal(
            "Collate: input 0 is int64 [1] in the first sample of the batch and int64 [2] in sample 1. Samples of different lengths need a loader "
                + "with collate: Collate.Pad(), or a function of your own.",
            Assert.Throws<ArgumentException>(() => Loader(new Sentences(), prefetch: prefetch).First()).Message);
    }

    [Fact]
    public void Rows_of_several_axes_are_padded_behind_their_end()
    {
        Sample[] samples = [new(Tensor.From([1, 2], [1, 2]), Sample.Number(1)), new(Tensor.From([3, 4, 5, 6], [2, 2]), Sample.Number(2))];
        var batch = Collate.Pad(inputValue: -1)(samples);
        Assert.Equal([1, 2, -1, -1, 3, 4, 5, 6], batch.Inputs.ToArray());
        Assert.Equal([1, 2], batch.Targets.ToArray());
        Assert.Equal("[2]", batch.Targets.Shape.ToString());
        samples[1] = new(Tensor.From([3, 4, 5], [1, 3]), Sample.Number(2));
        Assert.Equal("Collate.Pad: input 0 is [1, 2] in the first sample of the batch and [1, 3] in sample 1. Expected samples that differ in their "
            + "first axis alone.", Assert.Throws<ArgumentException>(() => Collate.Pad()(samples)).Message);
    }

    [Fact]
    public void What_a_collate_function_gives_again_and_again_stays_with_whoever_keeps_it()
    {
        var kept = Tensor.From([1, 2, 3, 4], [2, 2]);
        var labels = Tensor.FromInt64(0, 1);
        var loader = new DataLoader(new Sentences(), 2, collate: _ => new Batch(kept, labels));
        var net = new Linear(2, 2, generator: new Generator(1));
        foreach (var (inputs, targets) in loader)
            new CrossEntropyLoss().Forward(net.Forward(inputs), targets).Backward();
        Assert.Equal([1, 2, 3, 4], kept.ToArray());
        Assert.Equal([0, 1], labels.ToArray<long>());
    }

    [Fact]
    public void Rows_that_were_trained_on_leave_the_dataset_as_it_is()
    {
        var data = new TensorDataset(Tensor.From(Count(8), [4, 2]), Tensor.FromInt64(0, 1, 1, 0));
        var net = new Linear(2, 2, generator: new Generator(1));
        for (int epoch = 0; epoch < 2; epoch++)
        {
            foreach (var (inputs, targets) in Loader(data, 2, shuffle: true))
                new CrossEntropyLoss().Forward(net.Forward(inputs), targets).Backward();
        }

        Assert.Equal(Count(8), Loader(data, 4).Single().Inputs.ToArray());
    }

    [Fact]
    public void Tensors_that_do_not_go_together_are_refused()
    {
        Refused("TensorDataset: expected tensors of 3 samples, as the first input [3, 2] has, got [2]. The first axis of each is the samples.",
            static () => new TensorDataset(Tensor.Zeros([3, 2]), Tensor.Zeros([2])));
        Refused("TensorDataset: there are no inputs. Expected one tensor or more.", static () => new TensorDataset([]));
        Refused("TensorDataset: expected tensors [N, ...], got one value. Give it a first axis: [1].", static () => new TensorDataset(Sample.Number(1)));
        Refused("TensorList: expected a name of its own for each tensor, got a, a.",
            static () => TensorList.Named(("a", Tensor.Zeros([1])), ("a", Tensor.Zeros([1]))));
        Refused("DataLoader: transforms change images of floats or bytes, got samples of input int64 [1].",
            static () => new DataLoader(new Sentences(), transforms: [new RandomHorizontalFlip()]));

        static void Refused(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }
}
