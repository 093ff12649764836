using Crm.Plugin.Features.Classification;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ValueSortTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(7, 3)]
    [InlineData(4096, 100)]
    [InlineData(4097, 100)]
    [InlineData(20_000, long.MaxValue)]
    public void Order_AnyValues_IsStableAndAscending(int count, long most)
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, count).Select(_ => random.NextInt64(-most, most)).ToArray();
        var (expected, order) = (values.Select((value, index) => (value, index)).OrderBy(v => v.value).ToArray(), ValueSort.Order(values));

        Assert.Equal(expected.Select(v => v.index), order);
        Assert.Equal(expected.Select(v => v.value), values);
    }

    [Fact]
    public void Order_ManyEqualValues_KeepTheirOrder()
    {
        var values = new long[5000];
        values[4999] = -1;

        var order = ValueSort.Order(values);

        Assert.Equal([4999, 0, 1], order[..3]);
        Assert.Equal(4998, order[4999]);
    }
}
