# What tills sell and take back.

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_floors'),
        ('shop', '0006_debts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='age_confirmed_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='DepositReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.UUIDField()),
                ('quantity', models.IntegerField()),
                ('unit_minor', models.BigIntegerField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shop.revision')),
                ('sale_point', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shop.salepoint')),
                ('seller_wallet', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet')),
                ('target_wallet', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet')),
                ('transfer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='deposit_return', to='ledger.transfer')),
                ('undone', models.OneToOneField(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transfer')),
                ('variant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shop.variant')),
            ],
            options={
                'indexes': [models.Index(fields=['by', 'sale_point', '-made_at'], name='deposit_returns_of_cashier'), models.Index(fields=['target_wallet', 'variant'], name='deposit_returns_to_wallet')],
                'constraints': [models.UniqueConstraint(fields=('by', 'key'), name='deposit_return_key_once_per_person'), models.CheckConstraint(condition=models.Q(('quantity__range', (1, 99))), name='deposit_return_of_some'), models.CheckConstraint(condition=models.Q(('unit_minor__gt', 0)), name='deposit_return_worth_something'), models.CheckConstraint(condition=models.Q(('seller_wallet', models.F('target_wallet')), _negated=True), name='deposit_return_to_another')],
            },
        ),
        migrations.CreateModel(
            name='TillSale',
            fields=[
                ('order', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='till_sale', serialize=False, to='shop.order')),
                ('is_cash', models.BooleanField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('cashier', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sale_point', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shop.salepoint')),
            ],
            options={
                'indexes': [models.Index(fields=['cashier', 'sale_point', '-made_at'], name='till_sales_of_cashier')],
            },
        ),
    ]
