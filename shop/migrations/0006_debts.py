# How much members may owe.

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_floors'),
        ('shop', '0005_catalogue'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AppliedLimit',
            fields=[
                ('wallet', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='applied_limit', serialize=False, to='ledger.wallet')),
                ('asked_minor', models.BigIntegerField()),
                ('currency_code', models.TextField()),
                ('limit_minor', models.BigIntegerField()),
                ('applied_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.TextField(blank=True)),
                ('limit_minor', models.BigIntegerField(null=True)),
                ('currency_code', models.TextField()),
                ('reason', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('wallet', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='ledger.wallet')),
                ('told_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='rules',
            name='debt_reminder_days',
            field=models.IntegerField(default=30),
        ),
        migrations.AddConstraint(
            model_name='rules',
            constraint=models.CheckConstraint(condition=models.Q(('debt_reminder_days__range', (1, 366))), name='rules_reminder_within_a_year'),
        ),
        migrations.AddField(
            model_name='limit',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='limit',
            name='user',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appliedlimit',
            name='limit',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shop.limit'),
        ),
        migrations.AddIndex(
            model_name='limit',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user', '-id'], name='limits_of_member'),
        ),
        migrations.AddIndex(
            model_name='limit',
            index=models.Index(condition=models.Q(('user__isnull', True)), fields=['role', '-id'], name='limits_of_role'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', ''), ('user__isnull', False)), models.Q(('user__isnull', True), models.Q(('role', ''), _negated=True)), _connector='OR'), name='limit_of_a_member_or_of_a_role'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('user__isnull', True), models.Q(('user', models.F('made_by')), _negated=True), _connector='OR'), name='limit_set_by_another'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('limit_minor__isnull', True), ('limit_minor__range', (0, 1000000000000)), _connector='OR'), name='limit_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='limit_has_a_reason'),
        ),
    ]
