namespace Ballast.Tests;

/// <summary>Generators that layers own: what changes nothing puts them back, and a checkpoint keeps them.</summary>
public sealed class OwnGeneratorTests : IDisposable
{
    readonly string path = System.IO.Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    // A layer of a user's own that draws from a generator of its own.
    sealed class Jitter : Module
    {
        readonly Generator generator;

        public Jitter(long seed) => generator = Register("draws", new Generator(seed));

        public byte[] State => generator.GetState();

        public override Tensor Forward(Tensor input) => Training ? input + Tensor.Randn(input.Shape, generator) * 0.1f : input;
    }

    sealed class Task(int seed)
    {
        public Sequential Model { get; } = new(
            new Flatten(), new Linear(12, 8, generator: new Generator(seed)), new Dropout(0.5, new Generator(seed + 1)), new Jitter(seed + 2),
            new Linear(8, 3, generator: new Generator(seed + 3)));

        public Trainer Trainer(string? path, int epochs)
        {
            var loader = new DataLoader(SmallTask.Dataset(20), 5, shuffle: true, generator: new Generator(5));
            return new Trainer(Model, new SGD(Model.Parameters(), 0.1, 0.9), loader, new TrainerOptions { Epochs = epochs, CheckpointPath = path });
        }
    }

    [Fact]
    public void A_rehearsal_moves_none()
    {
        var dropout = new Dropout(0.5, new Generator(7));
        var jitter = new Jitter(8);
        var model = new Sequential(new Flatten(), dropout, jitter, new Linear(12, 3));
        byte[] first = dropout.Generator!.GetState(), second = jitter.State;
        Trainer.Rehearse(model, new DataLoader(SmallTask.Dataset(20), 5));
        Assert.Equal(first, dropout.Generator.GetState());
        Assert.Equal(second, jitter.State);
    }

    [Fact]
    public void A_resumed_training_draws_what_an_uninterrupted_one_draws()
    {
        var whole = new Task(1);
        whole.Trainer(null, 4).Fit();
        new Task(1).Trainer(path, 2).Fit();
        var resumed = new Task(100);
        var trainer = resumed.Trainer(path, 4);
        trainer.Resume(Checkpoint.Load(path));
        trainer.Fit();
        Assert.Equal(Draw.Bits(whole.Model.StateDict()), Draw.Bits(resumed.Model.StateDict()));
    }

    [Fact]
    public void A_checkpoint_of_a_network_with_other_generators_is_refused()
    {
        new Task(1).Trainer(path, 2).Fit();
        var plain = new Sequential(
            new Flatten(), new Linear(12, 8), new Dropout(), new Identity(), new Linear(8, 3));
        var before = Draw.Bits(plain.StateDict());
        var trainer = new Trainer(
            plain, new SGD(plain.Parameters(), 0.1, 0.9), new DataLoader(SmallTask.Dataset(20), 5), new TrainerOptions { Epochs = 4 });
        string message = Assert.Throws<ArgumentException>(() => trainer.Resume(Checkpoint.Load(path))).Message;
        Assert.Equal(
            "Trainer: the network's own generators are none, the checkpoint has 2.generator, 3.draws. Resume with the network that was trained: other draws would give other weights.",
            message);
        Assert.Equal(before, Draw.Bits(plain.StateDict()));
    }
}
