namespace Ballast.StrangerTests;

public class OwnModuleTests
{
    [Fact]
    public void A_module_with_two_inputs_and_two_outputs_has_a_state_and_modes_and_learns()
    {
        Generator.Default.ManualSeed(4);
        var model = new Pair();
        Assert.Equal(
            [
                "calls", "left.weight", "left.bias", "right.weight", "right.bias", "norm.weight", "norm.bias", "norm.running_mean",
                "norm.running_var", "norm.num_batches_tracked", "head.weight", "head.bias",
            ], model.StateDict().Keys);

        var optimizer = new SGD(model.Parameters(), 0.1);
        Tensor x = Tensor.Randn([32, 3]), y = Tensor.Randn([32, 2]), target = x[.., 0..1] * 2f + y[.., 1..2];
        float first = 0, last = 0;
        for (int step = 0; step < 60; step++)
        {
            optimizer.ZeroGrad();
            var (sum, features) = model.Forward(x, y);
            Assert.Equal([32, 8], features.Shape);
            var loss = new MSELoss().Forward(sum, target);
            last = loss.Item();
            first = step == 0 ? last : first;
            loss.Backward();
            optimizer.Step();
        }

        Assert.True(last < 0.1f * first, $"{first} {last}");
        model.Eval();
        Assert.False(model.Norm.Training);
        using var off = Tensor.NoGrad();
        float[] answer = model.Forward(x, y).Sum.ToArray();
        List<string> seen = [];
        using (Probe.Attach(model)
            .OnForward("left", pass => seen.Add($"{pass.Name} {pass.Input.Shape} {pass.Output.Shape}"))
            .OnForward("", pass => seen.Add($"{pass.Inputs} {pass.InputAt(1).Shape} {pass.Outputs} {pass.OutputAt(1).Shape}")))
        {
            model.Forward(x, y);
        }

        Assert.Equal(["left [32, 3] [32, 8]", "2 [32, 2] 2 [32, 8]"], seen);
        var copy = new Pair();
        copy.LoadStateDict(model.StateDict());
        copy.Eval();
        Assert.Equal(62, copy.Calls);
        Assert.Equal(answer, copy.Forward(x, y).Sum.ToArray());
        // The one input that a Trainer and an Evaluation know is split by the module itself.
        Assert.Equal(answer, copy.Forward(Tensor.Concat([x, y], axis: 1)).ToArray());
    }

    sealed class Pair : Module
    {
        readonly Linear left, right, head;

        public Pair()
        {
            left = Register("left", new Linear(3, 8));
            right = Register("right", new Linear(2, 8));
            Norm = Register("norm", new BatchNorm1d(8));
            head = Register("head", new Linear(8, 1));
            RegisterCounter("calls", () => Calls, value => Calls = value);
        }

        public BatchNorm1d Norm { get; }

        public long Calls { get; private set; }

        public (Tensor Sum, Tensor Features) Forward(Tensor x, Tensor y)
        {
            Calls++;
            var features = Norm.Forward(left.Forward(x) + right.Forward(y)).Relu();
            var sum = head.Forward(features);
            Show([x, y], sum, features);
            return (sum, features.Detach());
        }

        public override Tensor Forward(Tensor input) => Forward(input[.., 0..3], input[.., 3..5]).Sum;
    }
}
