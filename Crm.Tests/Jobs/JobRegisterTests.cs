using Crm.Plugin.Jobs;
using Xunit;

namespace Crm.Tests.Jobs;

public sealed class JobRegisterTests
{
    [Fact]
    public void Find_NameOfTheOtherKind_IsNotKnown()
    {
        var register = new JobRegister();
        register.Set(JobRegister.Once, "fill", (_, _) => Task.CompletedTask);

        Assert.NotNull(register.Find(JobRegister.Once, "fill"));
        Assert.Null(register.Find(JobRegister.Recurring, "fill"));
        Assert.Null(register.Find(JobRegister.Once, "Fill"));
    }

    [Fact]
    public void Set_NameAgain_ReplacesTheJob()
    {
        var register = new JobRegister();
        Func<IServiceProvider, CancellationToken, Task> second = (_, _) => Task.CompletedTask;
        register.Set(JobRegister.Once, "fill", (_, _) => throw new InvalidOperationException());
        register.Set(JobRegister.Once, "fill", second);

        Assert.Same(second, register.Get(JobRegister.Once, "fill"));
    }
}
