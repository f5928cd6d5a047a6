namespace Ballast.Tests;

public class TestTimeAugmentationTests
{
    // 2 images of 2 channels, 3 x 4 pixels: each value tells where it stands.
    static readonly float[] Values = [.. Enumerable.Range(0, 2 * 2 * 3 * 4).Select(static i => (float)(i / 12 * 100 + i / 4 % 3 * 10 + i % 4))];

    [Theory]
    [InlineData(false, 0, new float[] { 0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23 })]
    [InlineData(true, 0, new float[] { 3, 2, 1, 0, 13, 12, 11, 10, 23, 22, 21, 20 })]
    [InlineData(false, -1, new float[] { 11, 10, 11, 12, 1, 0, 1, 2, 11, 10, 11, 12 })]
    [InlineData(false, 1, new float[] { 11, 12, 13, 12, 21, 22, 23, 22, 11, 12, 13, 12 })]
    [InlineData(true, 1, new float[] { 12, 13, 12, 11, 22, 23, 22, 21, 12, 13, 12, 11 })]
    public void A_view_is_moved_with_a_mirrored_edge_and_then_flipped(bool flipped, int shift, float[] expected)
    {
        float[] view = TestTimeViews.View(Tensor.From(Values, [2, 2, 3, 4]), flipped, shift).AsSpan().ToArray();
        for (int plane = 0; plane < 4; plane++)
            Assert.Equal(expected.Select(value => value + plane * 100), view.AsSpan(plane * 12, 12).ToArray());
    }

    [Theory]
    [InlineData(TestTimeAugmentation.None, new[] { 1f, 0, 0, 0, 0, 0 })]
    [InlineData(TestTimeAugmentation.Flip, new[] { 0.5f, 0.5f, 0, 0, 0, 0 })]
    [InlineData(TestTimeAugmentation.FlipTranslate, new[] { 0.25f, 0.25f, 0.125f, 0.125f, 0.125f, 0.125f })]
    public void Logits_are_the_weighted_mean_over_the_views(TestTimeAugmentation augmentation, float[] weights)
    {
        var net = new Sequential(new Conv2d(2, 3, 2, generator: new Generator(3)), new ReLU(), new Flatten(), new Linear(18, 5, generator: new Generator(4)));
        var images = Tensor.From(Values, [2, 2, 3, 4]) * 0.01f;
        (bool, int)[] views = [(false, 0), (true, 0), (false, -1), (true, -1), (false, 1), (true, 1)];
        double[] expected = new double[10];
        for (int v = 0; v < views.Length; v++)
        {
            float[] logits = net.Forward(TestTimeViews.View(images, views[v].Item1, views[v].Item2)).AsSpan().ToArray();
            for (int i = 0; i < 10; i++)
                expected[i] += (double)weights[v] * logits[i];
        }

        Near.Equal([.. expected.Select(static value => (float)value)], TestTimeViews.Logits(net, images, augmentation).AsSpan(), 1e-6);
    }

    [Fact]
    public void Evaluation_goes_by_the_mean_logits_and_refuses_what_is_no_image()
    {
        var images = new RandomImages(7, 1);
        var net = new Sequential(new Flatten(), new Linear(3072, 10, generator: new Generator(1)));
        double loss = 0;
        int right = 0;
        for (int i = 0; i < 7; i++)
        {
            float[] values = new float[3072];
            images.Read(i, values);
            var logits = TestTimeViews.Logits(net, Tensor.From(values, [1, 3, 32, 32]), TestTimeAugmentation.FlipTranslate);
            loss += new CrossEntropyLoss().Forward(logits, Tensor.FromInt64(images.Label(i))).Item();
            right += logits.ArgMax().Item<long>() == images.Label(i) ? 1 : 0;
        }

        var result = Evaluation.Run(net, images, TestTimeAugmentation.FlipTranslate, batchSize: 3);
        Assert.Equal((7, right / 7.0), (result.Count, result.Accuracy));
        Assert.Equal(loss / 7, result.Loss, 1e-6);
        Assert.True(net.Training);
        var error = Assert.Throws<ArgumentException>(() => TestTimeViews.Logits(net, Tensor.Zeros([2, 12]), TestTimeAugmentation.Flip));
        Assert.Equal(
            "Test-time augmentation: expected images [N, C, H, W] of 2 x 2 pixels or more, got [2, 12]. Test other data as it is.", error.Message);
    }
}
