namespace Ballast.Tests.Tensors;

public class ParameterVectorTests
{
    // The first weight is large enough for its gradient to stay two factors.
    static Sequential Net() => new(
        new Linear(300, 64, generator: new Generator(1)), new BatchNorm1d(64), new ReLU(), new Linear(64, 3, generator: new Generator(2)));

    static void Backward(Module net) =>
        new CrossEntropyLoss().Forward(net.Forward(Draw.Data([6, 300], 3)), Tensor.FromInt64(0, 1, 2, 0, 1, 2)).Backward();

    [Fact]
    public void Values_come_out_one_parameter_behind_another_and_go_in_again()
    {
        var net = Net();
        float[] values = new float[ParameterVector.Length(net.Parameters())];
        ParameterVector.CopyValues(net.Parameters(), values);
        Assert.Equal([.. net.Parameters().SelectMany(static parameter => parameter.ToArray())], values);

        var other = new Sequential(new Linear(300, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 3));
        ParameterVector.SetValues(other.Parameters(), values);
        Assert.Equal(Draw.Bits(net.StateDict()), Draw.Bits(other.StateDict()));
    }

    [Fact]
    public void Gradients_are_copied_and_stay_as_they_are()
    {
        var (net, other) = (Net(), Net());
        Backward(net);
        Backward(other);
        float[] gradients = new float[ParameterVector.Length(net.Parameters())];
        ParameterVector.CopyGradients(net.Parameters(), gradients);
        Assert.IsType<OuterProduct>(net.Parameters().First().Gradient.Recipe);
        Assert.Equal(
            Draw.Bits([.. other.Parameters().SelectMany(static parameter => parameter.Grad!.ToArray())]), Draw.Bits(gradients));
        net.ZeroGrad();
        ParameterVector.CopyGradients(net.Parameters(), gradients);
        Assert.All(gradients, static value => Assert.Equal(0, value));
    }

    [Fact]
    public void Another_length_is_refused()
    {
        var net = Net();
        int length = ParameterVector.Length(net.Parameters());
        string message = $"ParameterVector: expected {length} values, got 5.";
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => ParameterVector.CopyValues(net.Parameters(), new float[5])).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => ParameterVector.CopyGradients(net.Parameters(), new float[5])).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => ParameterVector.SetValues(net.Parameters(), new float[5])).Message);
    }
}
