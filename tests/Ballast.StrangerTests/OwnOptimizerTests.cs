namespace Ballast.StrangerTests;

public class OwnOptimizerTests
{
    [Fact]
    public void Muon_steps_by_the_orthogonalized_momentum()
    {
        Generator random = new(3);
        Parameter weight = new(Tensor.Zeros([3, 5])), bias = new(Tensor.Zeros([4]));
        var (g, h) = (Tensor.Randn([3, 5], random), Tensor.Randn([4], random));
        var optimizer = new Muon([new ParameterGroup([weight, bias])], learningRate: 1, momentum: 0.5);
        (weight * g).Sum().Backward();
        (bias * h).Sum().Backward();
        optimizer.Step();

        // In the first step the direction is 1.5 g, whose length goes.
        double[,] expected = Orthogonal(g);
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 5; j++)
                Assert.Equal(-expected[i, j], weight[i, j], 1e-5);
        }

        for (int i = 0; i < 4; i++)
            Assert.Equal(-1.5 * h[i], bias[i], 1e-6);
    }

    [Fact]
    public void What_it_keeps_is_in_its_state_under_PyTorchs_kind_of_keys()
    {
        Parameter weight = new(Tensor.Ones([2, 2])), bias = new(Tensor.Ones([2]));
        var optimizer = new Muon([new ParameterGroup([weight, bias])], 0.1);
        (weight.Sum() + bias.Sum()).Backward();
        optimizer.Step();
        var state = optimizer.StateDict();

        Assert.Equal(
            ["0.step", "0.momentum_buffer", "0.last_norm", "0.orthogonalized", "1.step", "1.momentum_buffer", "1.orthogonalized"], state.Keys);
        Assert.Equal([1, 1, 1, 1], state["0.momentum_buffer"].Tensor.ToArray());
        Assert.Equal(3.9f, state["0.last_norm"].Tensor.Item(), 1e-6);
        Assert.Equal((1L, 0L, 1L), (state["0.orthogonalized"].Number, state["1.orthogonalized"].Number, state["1.step"].Number));

        var other = new Muon([new ParameterGroup([new Parameter(weight), new Parameter(bias)])], 0.1);
        other.LoadStateDict(state);
        Assert.Equal(Bits.Of(state), Bits.Of(other.StateDict()));
    }

    [Fact]
    public void Groups_frozen_parameters_and_those_without_a_gradient_are_the_bases_affair()
    {
        Parameter slow = new(Tensor.Ones([2])), decayed = new(Tensor.Ones([2])), frozen = new(Tensor.Ones([2])) { Frozen = true };
        Parameter unused = new(Tensor.Ones([2]));
        var optimizer = new Muon(
            [
                new ParameterGroup([slow]) { LearningRate = 0.25f },
                new ParameterGroup([decayed, frozen, unused]) { WeightDecay = 0.5f },
            ], learningRate: 1, momentum: 0);
        (slow.Sum() + decayed.Sum()).Backward();
        optimizer.Step();

        Assert.Equal([0.75f, 0.75f], slow.ToArray());
        Assert.Equal([-0.5f, -0.5f], decayed.ToArray());
        Assert.Equal([1, 1], frozen.ToArray());
        Assert.Equal([1, 1], unused.ToArray());
        Assert.Equal(0, optimizer.StateDict()["2.step"].Number);
    }

    [Fact]
    public void A_state_of_another_kind_is_refused_and_nothing_changes()
    {
        Parameter weight = new(Tensor.Ones([2, 2]));
        var optimizer = new Muon([new ParameterGroup([weight])], 0.1);
        weight.Sum().Backward();
        optimizer.Step();
        long[] before = Bits.Of(optimizer.StateDict());

        Assert.Equal(
            "Muon: expected a state with step and momentum_buffer and last_norm and orthogonalized for each parameter, "
                + "got one with step and momentum_buffer. It belongs to an optimizer of another kind or other settings. "
                + "Make the optimizer that it was saved by.",
            Refused(() => optimizer.LoadStateDict(new SGD([weight], 0.1, 0.9).StateDict())));
        var odd = new StateDict();
        foreach (var (key, entry) in optimizer.StateDict())
            odd.Add(key, key == "0.orthogonalized" ? new StateEntry(Tensor.Ones([1])) : entry);
        Assert.Equal("Muon: the state has no whole number 0.orthogonalized.", Refused(() => optimizer.LoadStateDict(odd)));
        Assert.Equal(before, Bits.Of(optimizer.StateDict()));
    }

    [Fact]
    public void Names_that_cannot_be_kept_or_are_not_are_refused()
    {
        Parameter weight = new(Tensor.Ones([2]));
        Assert.Equal("Careless: the state \"step\" is kept already.", Refused(() => _ = new Careless(weight, "step")));
        Assert.Equal("Careless: the state \"mean\" is kept already.", Refused(() => _ = new Careless(weight, "mean")));
        Assert.Equal("Careless: the name of a state is one word without dots, got \"a.b\".", Refused(() => _ = new Careless(weight, "a.b")));
        var optimizer = new Careless(weight, "other");
        weight.Sum().Backward();
        Assert.Equal(
            "ParameterState: no tensor \"other\" is kept for the parameter [2]. Ask for it in the optimizer's constructor: KeepTensor(\"other\").",
            Refused(optimizer.Step));
    }

    [Fact]
    public void A_schedule_that_changes_the_momentum_is_refused_where_there_is_none()
    {
        var optimizer = new Careless(new Parameter(Tensor.Ones([2])), "other");
        Assert.Equal(
            "OneCycleSchedule: the schedule changes the momentum, and the Careless has none. "
                + "Give it one, or leave the momentum alone with cycleMomentum: false.",
            Refused(() => _ = new LearningRateScheduler(optimizer, new OneCycleSchedule(10))));
    }

    [Fact]
    public void Values_and_gradients_of_a_parameter_are_written_in_place_and_a_graph_keeps_the_old_ones()
    {
        Parameter weight = new(Tensor.From([1, 2], [2]));
        Assert.Equal(
            "Parameter [2]: there is no gradient. Call Backward() on a loss that depends on this parameter first.",
            Assert.Throws<InvalidOperationException>(() => weight.AsWritableGradient().Clear()).Message);
        var square = (weight * weight).Sum();
        weight.AsWritableSpan()[0] = 10;
        square.Backward();
        Assert.Equal([2, 4], weight.Grad!.ToArray());
        weight.AsWritableGradient()[1] = 7;
        Assert.Equal([2, 7], weight.Grad!.ToArray());
        weight.CopyFrom(weight + weight);
        Assert.Equal([20, 4], weight.ToArray());
        Assert.Equal("Parameter [2]: expected values of the same shape, got [1, 2].", Refused(() => weight.CopyFrom(Tensor.Ones([1, 2]))));
    }

    static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;

    // In double, by the definition.
    static double[,] Orthogonal(Tensor g)
    {
        int rows = g.Shape[0], columns = g.Shape[1];
        double norm = Math.Sqrt(g.ToArray().Sum(static value => (double)value * value));
        double[,] x = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                x[i, j] = g[i, j] / norm;
        }

        for (int step = 0; step < 5; step++)
        {
            double[,] square = Product(x, Transposed(x)), fourth = Product(square, square), inner = new double[rows, rows];
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < rows; j++)
                    inner[i, j] = -4.7750 * square[i, j] + 2.0315 * fourth[i, j] + (i == j ? 3.4445 : 0);
            }

            x = Product(inner, x);
        }

        return x;
    }

    static double[,] Transposed(double[,] x)
    {
        double[,] result = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                result[j, i] = x[i, j];
        }

        return result;
    }

    static double[,] Product(double[,] x, double[,] y)
    {
        double[,] result = new double[x.GetLength(0), y.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(1); j++)
            {
                for (int k = 0; k < y.GetLength(0); k++)
                    result[i, j] += x[i, k] * y[k, j];
            }
        }

        return result;
    }

    sealed class Careless : Optimizer
    {
        public Careless(Parameter parameter, string second)
            : base([new ParameterGroup([parameter])], 0.1)
        {
            KeepTensor("mean");
            KeepNumber(second);
        }

        protected override void Update(ParameterState state, float learningRate, float weightDecay) => state.Values("other").Clear();
    }
}
